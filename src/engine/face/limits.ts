/** Every limit of the engine in one place. Where one bites, a `limit` event says so. */
export const limits = {
  /** Sockets, one per interface address. */
  sockets: 32,
  /** Interfaces of a session at whose sockets the datagrams dropped unread are counted. */
  countedInterfaces: 64,
  localCandidates: 64,
  remoteCandidates: 64,
  /** Candidates behind .local names that are looked for. */
  namedCandidates: 16,
  pairs: 1024,
  /** Pairs in a session, as their numbers have 16 bits. */
  pairsPerSession: 65_535,
  /** Closed pairs that are kept with all their figures, and how long each one is at least, ms; of others sums are kept. */
  closedPairs: 32,
  closedPairMs: 30_000,
  stunServers: 4,
  turnServers: 4,
  /** Addresses at TURN servers held at once, one per interface address and server. */
  relays: 32,
  /** Addresses of the peer that one relay sends to. */
  relayPeers: 128,
  /** Bytes of an unfinished message from a TURN server on TCP; a server that announces a longer one is left. */
  streamBytes: 4096,
  /** Longest wait for STUN and TURN servers before the description goes out without their candidates, ms. */
  gatheringMs: 3500,
  /** UDP payload of the records we send; all else of ours is shorter. */
  datagramBytes: 1400,
  /** Longest datagram taken in; larger ones are dropped and counted. */
  receivedDatagramBytes: 2048,
  /** For so long, ms, silence is not judged while the driver has not read all that came. */
  unreadMs: 250,
  /** Pasted text, characters. */
  pasteChars: 262_144,
  sdpBytes: 65_536,
  /** Connectivity checks and keepalives sent per second, all pairs together. */
  checksPerSecond: 500,
  /**
   * STUN requests whose integrity is looked at, per second: of all places together that are no pair yet, and of each pair
   * by itself, so that a flood in the name of one takes nothing from another. The rest is dropped and counted.
   */
  stunRequestsPerSecond: 1000,
  stunRequestsPerPairPerSecond: 8000,
  /** Pairs for addresses that checks came from: so many at once, then one each `…EveryMs`, and so many kept. */
  peerReflexivePairs: 512,
  peerReflexiveAtOnce: 64,
  peerReflexiveEveryMs: 5000,
  /** Candidates that the peer tells in-band: so many at once, then one each `…EveryMs`. */
  toldCandidatesAtOnce: 256,
  toldCandidateEveryMs: 1000,
  /** Packets of one burst by which the driver sees which way a pair takes. */
  egressBurst: 16,
  /** Changes of mode, use and names of the peer that are told: so many at once, then one each `…EveryMs`. */
  peerEventsAtOnce: 32,
  peerEventEveryMs: 10_000,
  messageRatePerSecond: 200,
  messageBytes: 16_384,
  /** Records held for resequencing. */
  resequenceRecords: 512,
  /** Records kept for being sent again should their path fail; at most 1400 bytes each. */
  resendRecords: 256,
  /** Packets of a stream kept to be sent again; a power of two. */
  resendPackets: 4096,
  /** Width of a duplicate window, records. */
  dedupWindow: 4096,
  /** Frames waiting in the handshake shim or the reliable control channel. */
  reliableFrames: 256,
  /** Pairs that the user may put in order. */
  orderedPairs: 64,
  /** Streams of a direction whose shares of the paths and budgets are kept apart; with more the oldest starts anew. */
  spreadStreams: 16,
  /** Stream packets held for resequencing, a stream, and the longest that one may be held, ms. */
  playoutPackets: 2048,
  playoutDeadlineMs: 5000,
  /** Packets of one pair whose fate is remembered: those in flight, and the latest others. A power of two. */
  inFlightPackets: 8192,
  /** Arrivals kept until they have been told to the peer twice. */
  feedbackArrivals: 4096,
  /** RTP test streams running at once in one direction, and all that a session may have in it. */
  streams: 8,
  streamsPerSession: 64,
  /** RTP payload of a stream's packets, bytes. */
  leastStreamPayloadBytes: 64,
  streamPayloadBytes: 1300,
  /** Payload rate of one stream, bit/s, and its packets a second. */
  leastStreamRateBps: 1000,
  streamRateBps: 500_000_000,
  streamPacketsPerSecond: 50_000,
  /** Paths remembered of a stream as too narrow for it; with more the oldest that carries again is forgotten. */
  restedPaths: 64,
  /** Width of a stream's duplicate window, packets. */
  streamWindow: 8192,
  /** Outputs waiting between two polls; a driver always drains. */
  outputs: 65_536,
} as const

/** Sockets that the engine makes itself, one per relayed candidate, have ids from here on. */
export const firstRelaySocketId = 1_000_000

/**
 * Sequence number of the first application record of epoch 1 between two Pathscopes, so that the receiver need not guess
 * where the order begins. Above the number of any Finished, whose nonce must not be used again.
 */
export const firstApplicationRecord = 64
