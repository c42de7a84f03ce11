/** What each figure means; printed in every report. docs/report.md says the same at length. */
export const definitions: readonly { readonly term: string; readonly meaning: string }[] = [
  {
    term: 'RTT',
    meaning:
      'Round trip time of authenticated STUN checks and keepalives on one pair, less the time the responder says it held the check. Percentiles are over the whole session; the series has the median of each interval.',
  },
  {
    term: 'Loss',
    meaning:
      'Datagrams counted by the sender less those counted by the receiver on the same pair, checks included, from cumulative counts that both ends exchange; empty until two counts were compared.',
  },
  {
    term: 'Dropped unread',
    meaning:
      'Datagrams that came, and that this machine’s own system dropped because they were not read in time. They count as lost on their paths, which did not lose them. Counted on Linux, by interface; empty where the system does not tell.',
  },
  {
    term: 'Weight',
    meaning:
      'How the weighted mode spreads packets: a pair gets its weight over the sum of the weights of the pairs in use. Set from RTT and loss, and held to what the pair carries. Bulk does not go by weight: each of its packets takes a pair that has room.',
  },
  {
    term: 'Share',
    meaning:
      'The part of what is sent that goes over a pair now, 0 to 1: in weighted and redundant mode as the mode has it, while bulk runs and in the other modes as it was in about the last second.',
  },
  {
    term: 'First arrivals',
    meaning: 'Records and packets of streams whose first copy came over this pair, counted at the receiver.',
  },
  {
    term: 'One-way delay difference',
    meaning:
      'One-way delay of a message less the smallest one seen in the session: the clocks of two machines are not synchronised, so only differences count.',
  },
  {
    term: 'In order, held, late',
    meaning:
      'What an application would get that wants a stream in order: a packet is held for missing ones before it, at most for the deadline; one that comes after that is late. With a deadline of 0 each is handed on as it comes, and one that was overtaken is late. The longest gap and latency are of packets as they come.',
  },
  {
    term: 'Reordering extent',
    meaning:
      'How many packets before a reordered one the first of those came that it should have preceded (RFC 4737 section 4.2.1); the largest. Of records likewise.',
  },
  {
    term: 'Records in order',
    meaning:
      'Records of the secure session that arrived, copies left out. SCTP takes one that overtakes for loss, so it is held for those before it, for as long as they may still be on a slower path; then the gap is given up.',
  },
  {
    term: 'Overhead factor',
    meaning:
      'Bytes of records and of packets of streams sent over all paths, copies included, over the bytes needed without copies.',
  },
  {
    term: 'Nominations prevented',
    meaning:
      'Times this side did not nominate where RFC 8445 would have it nominate, plus nominations by the peer that this side refused.',
  },
]
