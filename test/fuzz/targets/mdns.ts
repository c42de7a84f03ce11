import { encodeQuestion, readAnswer } from '../../../src/runtime/adapters/node/mdns'
import { demand, type Target } from '../target'

const name = '5ddbc3b0-11aa-4c2e-9d3f-0a1b2c3d4e5f.local'
const asked = new Set([name])

function answer(): Uint8Array {
  const question = encodeQuestion(name)
  const end = 12 + (question.length - 12) / 2
  const record = [0xc0, 12, 0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4, 192, 0, 2, 7]
  const packet = Uint8Array.from([...question.subarray(0, end), ...record])
  packet[2] = 0x84
  packet[5] = 1
  packet[7] = 1
  return packet
}

/** Whatever comes back for a question by multicast DNS: only addresses of what was asked for come of it. */
export const mdns: Target = {
  name: 'mdns',
  form: 'bytes',
  maxBytes: 9000,
  growBytes: 9000,
  samples: () => [encodeQuestion(name), answer()],
  words: [
    [0xc0, 12],
    [0, 28, 0x80, 1],
    [0, 1, 0, 1],
    [5, 108, 111, 99, 97, 108, 0],
  ].map((word) => Uint8Array.from(word)),
  run(input) {
    for (const one of readAnswer(input, asked)) {
      demand(one.name === name, 'a name that was asked for')
      demand(
        one.address.split(one.family === 4 ? '.' : ':').length === (one.family === 4 ? 4 : 8),
        'a whole address',
      )
    }
  },
}
