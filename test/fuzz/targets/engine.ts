import type { EngineInput, TransportAddress } from '../../../src/engine'
import { limits } from '../../../src/engine'
import { createControlSealer, deriveShimKeys, encodeReliable, sealShim } from '../../../src/engine/frames'
import { encodeFrame } from '../../../src/engine/reliable/frame'
import { bindingMethod, encodeStun } from '../../../src/engine/stun'
import { pairOfEngines, testPrimitives } from '../../../src/engine/testing'
import { sessionUpdateSchema } from '../../../src/shared/ipc'
import { bytesOf, demand, demandFinite, fromHex, type Target } from '../target'
import { controlText, control } from './frames'
import { stun } from './stun'

/** What a peer can do, by an input's first byte: the rest of each step is what it does it with. */
const steps = {
  raw: 0,
  elsewhere: 1,
  record: 2,
  shim: 3,
  control: 4,
  text: 5,
  check: 6,
  message: 7,
  wait: 8,
  secure: 9,
  description: 10,
} as const
const stepKinds = 11
const maxSteps = 40
/** Frames of ours come after those that the two ends have exchanged by then. */
const startMs = 1200

const primitives = testPrimitives(99)
const step = (kind: number, data: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.of(kind, data.length >> 8, data.length & 255), data]))

/** A connected engine whose peer, keys and all, sends what it likes. Nothing that it does may throw or have no end. */
export const engine: Target = {
  name: 'engine',
  form: 'bytes',
  maxBytes: 6000,
  slowMs: 2000,
  keptInputs: 6,
  samples: () => [
    ...controlText.samples().map((text) => step(steps.text, text)),
    ...control.samples().map((plain) => step(steps.control, plain)),
    ...stun.samples().map((check) => step(steps.check, check)),
    new Uint8Array(
      Buffer.concat([
        step(steps.record, fromHex('0000000000480501020304')),
        step(steps.wait, fromHex('ff')),
        step(steps.raw, fromHex('17fefd0001000000000048000401020304')),
        step(steps.shim, fromHex('0100000000000000000016fefd')),
        step(steps.message, fromHex('01000000000000010000000000000000')),
        step(steps.check, fromHex('010203')),
        step(steps.elsewhere, fromHex('010203')),
        step(steps.secure, fromHex('00')),
        step(steps.description, bytesOf('v=0\r\n')),
      ]),
    ),
  ],
  words: ['000010', '040010', '050010', '060003', '0800010a', '2112a442', '17fefd0001'].map(fromHex),
  run(input) {
    const world = pairOfEngines([
      { delayMs: 5, loss: 0, up: true },
      { delayMs: 20, loss: 0, up: true },
    ])
    world.connect()
    world.runUntil(startMs)
    const victim = world.hosts[0]
    demand(
      victim.description !== null && world.hosts[1].description !== null,
      'the two engines are connected',
    )
    const peer = createPeer(victim.description.sdp, world.hosts[1].description.sdp)
    let count = 0
    for (let at = 0; at + 3 <= input.length && count < maxSteps; count += 1) {
      const length = ((input[at + 1] as number) << 8) | (input[at + 2] as number)
      const data = input.subarray(at + 3, at + 3 + length)
      const kind = (input[at] as number) % stepKinds
      at += 3 + length
      if (kind === steps.wait) world.runUntil(world.now() + 1 + (data[0] ?? 0) * 20)
      else for (const one of peer.inputs(kind, data, world.now())) world.give(0, one)
    }
    world.runUntil(world.now() + 300)
    checkSound(world)
  },
}

function checkSound(world: ReturnType<typeof pairOfEngines>): void {
  const { engine, events } = world.hosts[0]
  const snapshot = engine.snapshot(world.now())
  demandFinite(snapshot, 'snapshot')
  demand(snapshot.pairs.length <= limits.pairs, 'pairs are limited')
  demand(events.length < 2000, `events are limited, not ${events.length}`)
  const told = [{ kind: 'snapshot', snapshot }, ...events.map((event) => ({ kind: 'event', event }))]
  for (const update of told) {
    const checked = sessionUpdateSchema.safeParse(update)
    if (!checked.success) {
      const issue = checked.error.issues[0]
      demand(
        false,
        `what the engine tells can be shown: ${update.kind} at ${issue?.path.join('.')}: ${issue?.message}`,
      )
    }
  }
}

/** The peer as its keys let it be. */
function createPeer(offer: string, answer: string) {
  const [own, theirs] = [answer, offer].map(passwordsOf) as [Credentials, Credentials]
  const passwords = { offerer: theirs.pwd, answerer: own.pwd }
  const shimKeys = deriveShimKeys(passwords, 'answerer', primitives)
  const exporter = new Uint8Array(32).fill(7)
  // A sealer of its own begins at 0 where the honest peer has been; numbers far above are taken as new ones.
  const sealer = createControlSealer(exporter, 'answerer', primitives)
  for (let used = 0; used < 200; used += 1) sealer.seal(new Uint8Array(1))
  let record = 1000
  let frame = 8
  const from: TransportAddress = { family: 4, address: '10.0.1.2', port: 5000 }
  const stranger: TransportAddress = { family: 4, address: '10.0.1.9', port: 5001 }

  const datagram = (data: Uint8Array, nowMs: number, source = from): EngineInput => ({
    kind: 'datagram',
    socketId: 1,
    from: source,
    data,
    receivedAtMs: nowMs,
  })
  const check = (data: Uint8Array): Uint8Array => {
    const transactionId = new Uint8Array(12)
    transactionId.set(data.subarray(0, 12))
    return encodeStun(
      {
        class: 'request',
        method: bindingMethod,
        transactionId,
        attributes: {
          username: `${theirs.ufrag}:${own.ufrag}`,
          priority: ((data[12] ?? 1) << 16) + (data[13] ?? 1),
          ...((data[14] ?? 0) & 1 ? { useCandidate: true } : {}),
          ...((data[14] ?? 0) & 2 ? { iceControlling: 5n } : { iceControlled: 5n }),
          pathscope: {
            pairNumber: data[15] ?? 1,
            sentPackets: (data[16] ?? 9) ** 5,
            echoSent: data[17] ?? 0,
            echoReceived: (data[18] ?? 0) * 2 ** 20,
            holdMicros: (data[19] ?? 0) * 2 ** 24,
            flags: data[20] ?? 0,
          },
        },
      },
      bytesOf(theirs.pwd),
      primitives,
    )
  }

  return {
    inputs(kind: number, data: Uint8Array, nowMs: number): EngineInput[] {
      switch (kind) {
        case steps.elsewhere:
          return [datagram(data, nowMs, stranger), datagram(check(data), nowMs, stranger)]
        case steps.record: {
          record += 1
          const bytes = Buffer.alloc(13 + data.length)
          bytes.writeUInt8(23, 0)
          bytes.writeUInt16BE(1, 3)
          bytes.writeUInt32BE(record, 7)
          bytes.writeUInt16BE(data.length, 11)
          bytes.set(data, 13)
          return [datagram(new Uint8Array(bytes), nowMs)]
        }
        case steps.shim:
          return [datagram(sealShim(shimKeys, data, primitives), nowMs)]
        case steps.control:
          return [datagram(sealer.seal(data), nowMs)]
        case steps.text: {
          // Where the honest peer's own frames end is not known here; one of a row of numbers will be the next.
          const inputs: EngineInput[] = []
          const first = frame < 16 ? 0 : frame
          for (let sequence = first; sequence <= frame; sequence += 1) {
            const payload = data.subarray(0, 1100)
            const bytes = encodeFrame({
              ack: 0,
              selective: new Uint8Array(0),
              echo: null,
              data: { sequence, stamp: 0, endsMessage: true, payload },
            })
            inputs.push(datagram(sealer.seal(encodeReliable(bytes)), nowMs))
          }
          frame += 8
          return inputs
        }
        case steps.check:
          return [datagram(check(data), nowMs), datagram(data, nowMs)]
        case steps.message:
          return [{ kind: 'secure-message', data }]
        case steps.secure:
          return [secureInput(data)]
        case steps.description:
          return [
            {
              kind: 'remote-description',
              description: { type: 'answer', sdp: Buffer.from(data).toString() },
            },
          ]
        default:
          return [datagram(data, nowMs)]
      }
    },
  }
}

function secureInput(data: Uint8Array): EngineInput {
  const rest = data.slice(1)
  switch ((data[0] ?? 0) % 6) {
    case 0:
      return { kind: 'secure-handshake', data: rest }
    case 1:
      return { kind: 'secure-record', data: rest }
    case 2:
      return { kind: 'secure-opened', token: rest[0] ?? 0, plain: rest }
    case 3:
      return { kind: 'secure-message-refused', data: rest }
    case 4:
      return { kind: 'secure-retransmissions', total: rest[0] ?? 0 }
    default:
      return { kind: 'secure-channel-open' }
  }
}

interface Credentials {
  readonly ufrag: string
  readonly pwd: string
}

function passwordsOf(sdp: string): Credentials {
  const value = (name: string) => new RegExp(`^a=${name}:(\\S+)`, 'm').exec(sdp)?.[1] ?? ''
  return { ufrag: value('ice-ufrag'), pwd: value('ice-pwd') }
}
