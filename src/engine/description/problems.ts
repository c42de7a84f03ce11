import type { DescriptionProblem } from '../face/io'
import { limits } from '../face/limits'
import type { SkippedCandidates } from './description'

type Type = 'offer' | 'answer'

const capital = { offer: 'An offer', answer: 'An answer' } as const

function makeAgain(type: Type): string {
  return `Create the ${type} again and copy all of it.`
}

export const problems = {
  tooLarge: (type: Type): DescriptionProblem => ({
    kind: 'too-many',
    message: `This ${type} is longer than ${limits.sdpBytes / 1024} KiB, which no real one is. Check that you copied the ${type} and nothing else.`,
  }),

  malformed: (type: Type, detail: string): DescriptionProblem => ({
    kind: 'malformed',
    message: `This ${type} is damaged or not a WebRTC ${type}: ${detail}. ${makeAgain(type)}`,
  }),

  noDataChannel: (type: Type): DescriptionProblem => ({
    kind: 'no-data-channel',
    message: `This ${type} has no data channel, which Pathscope needs. Have the other side create a data channel before it makes the ${type}.`,
  }),

  rejected: (): DescriptionProblem => ({
    kind: 'no-data-channel',
    message:
      'The other side refused the data channel in its answer. Check that it supports WebRTC data channels, then start again with a new offer.',
  }),

  noIce: (type: Type): DescriptionProblem => ({
    kind: 'no-ice',
    message: `This ${type} lacks its connection credentials (ice-ufrag and ice-pwd), or they are damaged. ${makeAgain(type)}`,
  }),

  noFingerprint: (type: Type): DescriptionProblem => ({
    kind: 'no-fingerprint',
    message: `This ${type} lacks the SHA-256 fingerprint of a certificate, without which nobody could tell who answers, or it is damaged. ${makeAgain(type)}`,
  }),

  noCandidates: (type: Type, skipped: SkippedCandidates): DescriptionProblem => ({
    kind: 'no-candidates',
    message: noCandidates(type, skipped),
  }),

  answerWithOfferSetup: (): DescriptionProblem => ({
    kind: 'wrong-type',
    message:
      'This text is marked as an answer, but what stands in it is an offer (setup:actpass). Paste the answer that the other side made from your offer.',
  }),

  newerProtocol: (type: Type, protocol: number, spoken: number): DescriptionProblem => ({
    kind: 'newer-protocol',
    message: `This ${type} was made by a newer Pathscope (protocol ${protocol}; this one speaks ${spoken}). Update Pathscope on this machine, then start again.`,
  }),

  wrongType: (got: Type): DescriptionProblem => ({
    kind: 'wrong-type',
    message:
      got === 'offer'
        ? 'This is an offer, but an answer is needed here. Give your own offer to the other side and paste the answer that it makes from it.'
        : 'This is an answer, but an offer is needed here. Paste the offer of the other side.',
  }),

  own: (type: Type): DescriptionProblem => ({
    kind: 'own',
    message: `This is your own ${type}. ${capital[type]} goes to the other machine; paste here what that one gives you.`,
  }),

  notNow: (type: Type): DescriptionProblem => ({
    kind: 'not-now',
    message: `This session already has its other side, so a further ${type} cannot be used. To connect to another machine, stop this session and start a new one.`,
  }),
}

function noCandidates(type: Type, skipped: SkippedCandidates): string {
  if (skipped.invalid > 0) {
    return `None of the network addresses (ICE candidates) in this ${type} can be used. ${makeAgain(type)}`
  }
  if (skipped.tcp > 0) {
    return `This ${type} lists TCP addresses only, and Pathscope measures UDP paths. Check that UDP is allowed on the other side, then create it again.`
  }
  return `This ${type} lists no network addresses (ICE candidates). Create it again and wait until gathering has finished before you copy it.`
}
