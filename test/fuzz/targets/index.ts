/** Every parser of bytes or text that somebody else made. A new parser gets a target here. */
import type { Target } from '../target'
import { descriptions } from './descriptions'
import { engine } from './engine'
import { recording, report } from './files'
import { control, controlText, feedback, shim } from './frames'
import { mdns } from './mdns'
import { paste, scanner } from './paste'
import { addresses, commandLine, ipc, paths } from './requests'
import { rtpPayload, srtp } from './rtp'
import { sdp } from './sdp'
import { messages, reliable } from './streams'
import { stun } from './stun'
import { turn } from './turn'
import { handshake, sctp } from './werift'

export const targets: readonly Target[] = [
  stun,
  turn,
  sdp,
  paste,
  scanner,
  shim,
  control,
  controlText,
  feedback,
  reliable,
  messages,
  rtpPayload,
  srtp,
  descriptions,
  engine,
  handshake,
  sctp,
  mdns,
  recording,
  report,
  ipc,
  paths,
  commandLine,
  addresses,
]
