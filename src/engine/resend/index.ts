/** Packets that went out on one path alone, kept for a moment, so that they can be sent again when that path is doubted. */
export { createResendBudget, type ResendBudget } from './budget'
export { createPacketStore, type PacketStore, type StoredPacket } from './packet-store'
export { createSentRing, type SentRing } from './sent-ring'
export { choosePath, type ResendCandidate } from './choose-path'
