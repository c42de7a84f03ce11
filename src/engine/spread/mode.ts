/**
 * How the packets of a direction are spread over the carrying pairs. `redundant`: each packet on each. `weighted`: each
 * packet on one, by weight. `lowest-latency`: on the fastest. `backup`: on the first in the user's order that works.
 * `single`: on the one that a stock WebRTC peer would have nominated. `adaptive`: on the fastest, and a copy more where
 * it is at risk.
 */
export const modes = ['redundant', 'weighted', 'lowest-latency', 'backup', 'single', 'adaptive'] as const

export type Mode = (typeof modes)[number]
