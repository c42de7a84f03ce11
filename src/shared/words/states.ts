/** The words for states and reasons. "Checking", "no reply", "down" and "lost" are different things and stay so. */
import type {
  Binding,
  ChannelState,
  DropReason,
  DtlsState,
  EndReason,
  GatheringState,
  IceState,
  InterfaceKind,
  Mode,
  PairState,
  StreamRefusal,
  Use,
} from '../../engine'

/** Green, amber, red or no colour. Always beside a word. */
export type Health = 'good' | 'warn' | 'bad' | 'none'

export const pairStateWords: Readonly<Record<PairState, string>> = {
  waiting: 'waiting',
  checking: 'checking',
  'no-reply': 'no reply',
  up: 'up',
  down: 'down',
  closed: 'closed',
}

export const pairStateHealth: Readonly<Record<PairState, Health>> = {
  waiting: 'none',
  checking: 'none',
  'no-reply': 'warn',
  up: 'good',
  down: 'bad',
  closed: 'none',
}

/** In the order in which they are offered. */
export const modeNames = ['redundant', 'weighted', 'lowest-latency', 'backup', 'single', 'adaptive'] as const

export const modeWords: Readonly<Record<Mode, string>> = {
  redundant: 'redundant',
  weighted: 'weighted',
  'lowest-latency': 'lowest latency',
  backup: 'backup',
  single: 'single',
  adaptive: 'adaptive',
}

export const modeMeanings: Readonly<Record<Mode, string>> = {
  redundant: 'every packet on every path in use, but for those that are too narrow for its stream',
  weighted: 'each packet on one path, chosen by live weights, and of bulk by where there is room',
  'lowest-latency': 'each packet on the path that is fastest now, and on others what that has no room for',
  backup: 'all packets on the first path in your order that works and is not too narrow',
  single: 'all packets on the path that a stock WebRTC peer would use, the baseline',
  adaptive: 'as lowest latency does, with a copy on another path of what is at risk',
}

export const useWords: Readonly<Record<Use, string>> = {
  auto: 'automatic',
  all: 'all live paths',
  disjoint: 'paths that share no interface',
}

export const gatheringWords: Readonly<Record<GatheringState, string>> = {
  new: 'not gathered',
  gathering: 'gathering',
  complete: 'gathered',
}

export const iceWords: Readonly<Record<IceState, string>> = {
  new: 'not started',
  checking: 'checking pairs',
  connected: 'connected',
  disconnected: 'every path is down',
  failed: 'failed',
  closed: 'closed',
}

export const dtlsWords: Readonly<Record<DtlsState, string>> = {
  new: 'not started',
  connecting: 'securing the connection',
  connected: 'secured',
  failed: 'failed',
  closed: 'closed',
}

export const channelWords: Readonly<Record<ChannelState, string>> = {
  new: 'not started',
  connecting: 'opening',
  open: 'open',
  closed: 'closed',
}

export const bindingWords: Readonly<Record<Binding, string>> = {
  device: 'bound to the device',
  address: 'address only',
  emulated: 'emulated',
}

export const interfaceKindWords: Readonly<Record<InterfaceKind, string>> = {
  ethernet: 'Ethernet',
  wifi: 'Wi-Fi',
  cellular: 'cellular',
  vpn: 'VPN',
  virtual: 'virtual',
  loopback: 'loopback',
  unknown: 'unknown kind',
}

export const endWords: Readonly<Record<EndReason, string>> = {
  done: 'finished',
  'not-connected': 'no pair connected',
  'proof-failed': 'the peer could not prove who it is',
  'peer-gone': 'the peer has gone',
  failed: 'something broke',
}

export const dropWords: Readonly<Record<DropReason, string>> = {
  'unknown-source': 'from an address that no check has validated',
  'bad-stun': 'malformed checks',
  'bad-integrity': 'checks with a wrong password',
  'rate-limited': 'more checks than are answered in a second',
  'bad-frame': 'malformed frames',
  'plaintext-record': 'unencrypted records',
  'bad-record': 'records that do not authenticate',
  replayed: 'records older than the window of duplicates',
  oversize: 'too large',
  unexpected: 'of a kind not expected now',
}

export const refusalWords: Readonly<Record<StreamRefusal, string>> = {
  'no-peer': 'not possible before both sides are connected',
  'stock-peer': 'not possible, as the peer is another WebRTC program, which knows no test streams',
  'old-peer': 'not possible, as the peer is an older Pathscope without test streams; update it',
  'too-many': 'not started, as 8 streams run in that direction; stop one first',
  'used-up': 'not started, as a session has at most 64 streams in a direction; begin a new session',
  unknown: 'no stream of that number runs',
  ending: 'not possible any more, as the session is finishing',
}
