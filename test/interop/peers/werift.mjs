/** Stock werift as the peer: its own ICE, DTLS and SCTP. Speaks the harness's lines (see ../peer.ts). */
import { createInterface } from 'node:readline'
import { RTCPeerConnection } from 'werift'

const role = process.argv[2]
const peer = new RTCPeerConnection({ iceServers: [] })
let messages = 0
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

function echoOver(channel) {
  channel.stateChanged?.subscribe((state) => state === 'open' && tell({ kind: 'open' }))
  if (channel.readyState === 'open') tell({ kind: 'open' })
  channel.onMessage.subscribe((data) => {
    messages += 1
    channel.send(data)
  })
}

async function describe(description) {
  await peer.setLocalDescription(description)
  if (peer.iceGatheringState !== 'complete') {
    await peer.iceGatheringStateChange.watch((state) => state === 'complete')
  }
  const { type, sdp } = peer.localDescription
  tell({ kind: 'description', type, sdp })
}

peer.connectionStateChange.subscribe((state) => tell({ kind: 'state', state }))
peer.onDataChannel.subscribe(echoOver)
if (role === 'offerer') {
  echoOver(peer.createDataChannel('stock'))
  await describe(await peer.createOffer())
}
createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const description = JSON.parse(line)
    await peer.setRemoteDescription(description)
    if (description.type === 'offer') await describe(await peer.createAnswer())
  })
  .on('close', () => {
    count()
    process.exit(0)
  })
const count = () => tell({ kind: 'counts', messages, pairs: null })
setInterval(count, 500)
