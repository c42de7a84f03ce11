import type { PasteProblem } from '../../shared/session'

const again = 'Copy it again as a whole'

/** Every sentence with which a pasted text is refused here; the engine adds its own on what an SDP says. */
export const problems = {
  empty: {
    kind: 'empty',
    message: 'Nothing was pasted. Copy the offer or answer that the other side shows, and paste it here.',
  },
  tooLong: (limit: number): PasteProblem => ({
    kind: 'too-long',
    message: `This is too long to be an offer or answer (more than ${limit.toLocaleString('en-US')} characters). Paste only the text that the other side shows.`,
  }),
  truncatedEnd: {
    kind: 'truncated',
    message: `The end of the text is missing. ${again}, from its first to its last character; some terminals and chats cut long lines, then send it as a file.`,
  },
  truncatedStart: {
    kind: 'truncated',
    message: `The beginning of the text is missing. ${again}, from its first to its last character.`,
  },
  damaged: {
    kind: 'damaged',
    message: `The text was changed on its way: its checksum does not fit. ${again}, or send it as a file.`,
  },
  badJson: {
    kind: 'damaged',
    message: `This looks like an offer or answer, but its JSON is damaged. ${again}, or use the compact form.`,
  },
  newerForm: {
    kind: 'newer-form',
    message:
      'This text was made by a newer Pathscope. Update this one, or have the other side send the JSON form.',
  },
  candidate: {
    kind: 'other-json',
    message:
      'This is a single ICE candidate, not an offer or answer. Paste the whole description, made after gathering was complete.',
  },
  otherJson: {
    kind: 'other-json',
    message:
      'This is JSON, but not an offer or answer: it needs "type" and "sdp". Paste the text that the other side shows.',
  },
  provisional: (type: string): PasteProblem => ({
    kind: 'unsupported-type',
    message: `This is a description of type "${type}", which cannot be used here. Paste an offer or a final answer.`,
  }),
  unknownType: {
    kind: 'unsupported-type',
    message:
      'The description has no usable type: it must be "offer" or "answer". Have the other side make it again.',
  },
  noSdp: {
    kind: 'malformed',
    message:
      'The description holds no SDP text: it should begin with v=0. Have the other side make it again.',
  },
  untold: {
    kind: 'unknown-type',
    message:
      'This SDP does not tell whether it is an offer or an answer. Paste the JSON form {"type":"offer","sdp":"…"} instead.',
  },
  several: {
    kind: 'several',
    message: 'There is more than one offer or answer in this text. Paste only the latest one.',
  },
  nothing: {
    kind: 'not-a-description',
    message:
      'There is no offer or answer in this text. It should be one line of JSON with "type" and "sdp", or begin with pathscope-offer: or pathscope-answer:.',
  },
} as const
