import type { Description } from '../../../src/engine'
import { limits } from '../../../src/engine'
import { answerShape, readSdp, type RemoteDescription, writeSdp } from '../../../src/engine/description'
import * as samples from '../../../src/engine/description/testing/samples'
import { bytesOf, commonWords, demand, demandSame, type Target, textOf } from '../target'

const texts = Object.values(samples).filter((text) => text.startsWith('v=0'))

export const sdpWords = [
  'v=0\r\n',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n',
  'm=application 0 DTLS/SCTP 5000\r\n',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n',
  'a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\n',
  'a=candidate:2 1 udp 1 2001:db8::1 5000 typ srflx raddr 10.0.0.1 rport 9\r\n',
  'a=candidate:3 1 tcp 1 192.0.2.1 9 typ host tcptype active\r\n',
  'a=candidate:4 1 udp 1 5ddbc3b0.local 9 typ host\r\n',
  'a=group:BUNDLE 0 1\r\n',
  'a=bundle-only\r\n',
  'a=ice-lite\r\n',
  'a=mid:0\r\n',
  'a=mid:\r\n',
  'a=setup:active\r\n',
  'a=setup:passive\r\n',
  'a=sctp-port:0\r\n',
  'a=sctpmap:5000 webrtc-datachannel 65535\r\n',
  'a=max-message-size:0\r\n',
  'a=pathscope:1\r\n',
  'a=pathscope:9 min=2\r\n',
  'a=end-of-candidates\r\n',
  'fe80::1%eth0',
  '::ffff:192.0.2.1',
  '0.0.0.0',
  '255.255.255.255',
].map(bytesOf)

/** Whatever SDP a peer made: read or refused, and what is accepted can be answered. */
export const sdp: Target = {
  name: 'sdp',
  form: 'text',
  maxBytes: 16_384,
  growBytes: limits.sdpBytes,
  samples: () => texts.map(bytesOf),
  words: [...sdpWords, ...commonWords],
  run(input) {
    const text = textOf(input)
    for (const type of ['offer', 'answer'] as const) {
      const read = readSdp({ type, sdp: text })
      if (read.kind === 'problem') {
        demand(read.problem.message.length > 0, 'a refusal is a sentence')
        continue
      }
      checkBounds(read.remote)
      checkAnswer(read.remote)
    }
  },
}

function checkBounds(remote: RemoteDescription): void {
  demand(remote.candidates.length <= limits.remoteCandidates, 'candidates are limited')
  for (const { address, component } of remote.candidates) {
    demand(component === 1 && address.port > 0 && address.port <= 65_535, 'candidates can be sent to')
  }
  demand(remote.sctpPort > 0 && remote.sctpPort <= 65_535, 'the SCTP port is one')
}

/** The answer to what was read can be written, and reads as it was meant. */
function checkAnswer(remote: RemoteDescription): void {
  const { ufrag, pwd, fingerprint, sctpPort, maxMessageSize } = remote
  const { candidates } = remote
  const written = writeSdp({
    ...answerShape(remote),
    type: 'answer',
    sessionId: '1',
    ufrag,
    pwd,
    fingerprint,
    setup: 'active',
    candidates,
    sctpPort,
    maxMessageSize,
    pathscope: remote.pathscope,
  })
  const description: Description = { type: 'answer', sdp: written }
  const again = readSdp(description)
  if (again.kind === 'problem') {
    const isHidden = candidates.length === 0
    demand(isHidden, `our own answer is read, not refused: ${again.problem.message}`)
    return
  }
  const facts = (of: RemoteDescription) => [
    of.ufrag,
    of.pwd,
    of.fingerprint,
    of.sctpPort,
    of.mid,
    of.sctpForm,
  ]
  demandSame(facts(again.remote), facts(remote), 'an answer reads as it was written')
  demandSame(again.remote.candidates, candidates, 'candidates survive being written')
  demandSame(again.remote.rejectedSections, remote.rejectedSections, 'refused sections keep their places')
}
