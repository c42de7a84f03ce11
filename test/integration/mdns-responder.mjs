// Answers one-shot questions of multicast DNS for one name: node mdns-responder.mjs NAME ADDRESS
import { createSocket } from 'node:dgram'

const [name, address] = process.argv.slice(2)
const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)])
const socket = createSocket({ type: 'udp4', reuseAddr: true })
socket.on('message', (question, from) => {
  if (!question.includes(Buffer.from(labels))) return
  const header = [question[0], question[1], 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0]
  const record = [0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4, ...address.split('.').map(Number)]
  socket.send(Buffer.from([...header, ...labels, 0, ...record]), from.port, from.address)
})
socket.bind(5353, () => {
  socket.addMembership('224.0.0.251', address)
  console.log('ready')
})
