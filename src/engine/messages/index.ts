/** The numbered, timestamped test messages of a direction. */
export { createEchoReader, type EchoReader } from './echoes'
export type { Echo } from './format'
export { createMessageReceiver, type MessageReceipt, type MessageReceiver } from './receiver'
export { createMessageSender, type MessageSender, type PeerReport } from './sender'
