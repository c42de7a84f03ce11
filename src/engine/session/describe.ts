import { askForNames } from './names'
import { concat, utf8 } from '../bytes'
import {
  answerShape,
  type DescribedCandidate,
  offerShape,
  PROTOCOL_VERSION,
  problems,
  type ReadSdp,
  readSdp,
  type RemoteDescription,
  writeSdp,
} from '../description'
import type { Description } from '../face/io'
import { limits } from '../face/limits'
import { deriveShimKeys } from '../frames'
import { rememberTold } from './candidates'
import { type OwnCandidate, ownCandidates } from './own-candidates'
import { type SessionState, tell } from './state'

const sctpPort = 5000

/** Gathering begins when the first socket opens and is over when all servers answered, gave up, or time is up. */
export function beginGathering(state: SessionState): void {
  if (state.gathering !== 'new') return
  state.gathering = 'gathering'
  tell(state, { kind: 'gathering-state', state: 'gathering' })
}

export function considerGathered(state: SessionState, socketsReady: boolean): void {
  if (state.gathering === 'complete') return
  beginGathering(state)
  const settled = state.gatherer.settled && state.relays.settled
  if (socketsReady && !settled && !state.timers.has('gathering'))
    state.timers.set('gathering', state.nowMs + limits.gatheringMs)
  const waiting = state.timers.has('gathering')
  if (socketsReady || waiting) {
    if (!settled) return
    completeGathering(state)
  }
}

export function completeGathering(state: SessionState): void {
  if (state.gathering === 'complete') return
  state.timers.remove('gathering')
  state.gathering = 'complete'
  tell(state, { kind: 'gathering-state', state: 'complete' })
  considerDescribing(state)
}

/** Writes our description once what it depends on is there: gathering, and for an answer the offer. */
export function considerDescribing(state: SessionState): void {
  if (state.local !== null || state.gathering !== 'complete') return
  const offer = state.remote?.ice ?? null
  if (state.options.role === 'answerer' && offer === null) return
  const candidates = ownCandidates(state)
  rememberTold(state, candidates)
  const sdp = writeSdp({
    ...(state.options.role === 'offerer' || offer === null ? offerShape : answerShape(offer)),
    type: state.options.role === 'offerer' ? 'offer' : 'answer',
    sessionId: state.sessionId,
    ufrag: state.credentials.ufrag,
    pwd: state.credentials.pwd,
    fingerprint: state.options.fingerprint,
    setup: state.options.role === 'offerer' ? 'actpass' : answerSetup(offer),
    candidates: describeCandidates(candidates),
    sctpPort,
    maxMessageSize: limits.messageBytes * 4,
    pathscope: { protocol: PROTOCOL_VERSION, integrity: 'sha256' },
  })
  state.local = { type: state.options.role === 'offerer' ? 'offer' : 'answer', sdp }
  state.outbox.push({ kind: 'local-description', description: state.local })
}

/** An answerer is the DTLS client unless the offerer insists on being it (RFC 5763 section 5). */
function answerSetup(offer: RemoteDescription | null): 'active' | 'passive' {
  return offer?.setup === 'active' ? 'passive' : 'active'
}

/** RFC 8839 section 5.1; each candidate is a foundation of its own, as each has its own socket or server. */
function describeCandidates(candidates: readonly OwnCandidate[]): DescribedCandidate[] {
  return candidates.map(({ socket, address, type, priority }, order) => ({
    foundation: `${order + 1}`,
    component: 1,
    priority,
    address,
    type,
    related: type === 'host' ? null : (socket.relay?.related ?? socket.local),
  }))
}

/** Takes the pasted description in, or tells why it cannot be used; then nothing has changed. */
export function takeRemote(state: SessionState, description: Description): void {
  const read = readRemote(state, description)
  if (read.kind === 'problem') {
    state.outbox.push({ kind: 'description-refused', problem: read.problem })
    return
  }
  const { remote } = read
  state.remote = { description, ice: remote }
  const kind = remote.pathscope === null ? 'stock' : 'pathscope'
  state.peer = { ...state.peer, kind }
  state.shimKeys = deriveShimKeys(passwords(state, remote), state.options.role, state.options.primitives)
  const { ufrag, pwd, candidates } = remote
  const integrity = remote.pathscope?.integrity ?? 'sha1'
  state.agent.setRemote({ kind, integrity, ufrag, pwd, candidates }, state.nowMs)
  askForNames(state, remote.named)
  state.ice = 'checking'
  tell(state, { kind: 'peer', peer: state.peer })
  tell(state, { kind: 'ice-state', state: 'checking' })
  considerDescribing(state)
}

/** Reads the pasted description and judges whether it fits here. The type is judged last: our own text is that first. */
function readRemote(state: SessionState, description: Description): ReadSdp {
  const { type } = description
  if (state.remote !== null) return { kind: 'problem', problem: problems.notNow(type) }
  const read = readSdp(description)
  if (read.kind === 'problem') return read
  if (read.remote.ufrag === state.credentials.ufrag) return { kind: 'problem', problem: problems.own(type) }
  const wanted = state.options.role === 'offerer' ? 'answer' : 'offer'
  return type === wanted ? read : { kind: 'problem', problem: problems.wrongType(type) }
}

function passwords(state: SessionState, remote: RemoteDescription): { offerer: string; answerer: string } {
  const ours = state.credentials.pwd
  return state.options.role === 'offerer'
    ? { offerer: ours, answerer: remote.pwd }
    : { offerer: remote.pwd, answerer: ours }
}

/** Key of the mutual proof: both ICE passwords, so only who saw both descriptions has it. */
export function proofKeyOf(state: SessionState, remote: RemoteDescription): Uint8Array {
  const { offerer, answerer } = passwords(state, remote)
  return state.options.primitives.hmacSha256(utf8(`${offerer} ${answerer}`), utf8('pathscope proof 1'))
}

/** Hash of both descriptions, the offer first. Line ends are made equal, since text in transit changes them. */
export function descriptionsHashOf(state: SessionState, local: Description, remote: Description): Uint8Array {
  const { sha256 } = state.options.primitives
  const [offer, answer] = state.options.role === 'offerer' ? [local, remote] : [remote, local]
  return sha256(concat(sha256(plainLines(offer.sdp)), sha256(plainLines(answer.sdp))))
}

function plainLines(sdp: string): Uint8Array {
  const lines = sdp.split(/\r\n|\r|\n/).map((line) => line.trimEnd())
  return utf8(lines.filter((line) => line !== '').join('\n'))
}
