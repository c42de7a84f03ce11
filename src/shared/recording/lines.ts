/**
 * The recording of a session: JSON Lines, appended from t = 0 and never rewritten, so that a killed process loses at
 * most its last second. Each line is an object whose `l` names its kind. It holds no secret: of the descriptions only
 * the type is written.
 *
 * Size: about 260 bytes a pair and second, and 90 more once streams went over it; of messages alone below 12 MB an hour
 * with 9 pairs, 40 MB with 32 (src/shared/recording tests hold both). Above 64 pairs, and above 64, 128 and 256 MB of file, samples come more seldom (see `sampleIntervalMs`).
 */
import type { CandidateView, EngineEvent, PeerView, UnreadDrops } from '../../engine'
import type { InterfaceInfo, SessionRequest } from '../session'

export const recordingSchema = 'pathscope.recording/1'

/** First line of the file. `startedAt` is the wall clock (ISO 8601, UTC) when the session was asked for. */
export interface RecordingHeader {
  readonly session: { readonly id: string; readonly title: string; readonly role: SessionRequest['role'] }
  readonly startedAt: string
  readonly app: { readonly name: string; readonly version: string }
  readonly request: RecordedRequest
}

/** Of TURN servers the addresses alone: the credentials are nobody's who reads a recording. */
export type RecordedRequest = Omit<SessionRequest, 'turn'> & { readonly turn?: readonly string[] }

export function recordedRequest(request: SessionRequest): RecordedRequest {
  return { ...request, turn: request.turn.map(({ url }) => url) }
}

/** What of a pair does not change from sample to sample. */
export interface PairInfo {
  readonly id: number
  readonly label: string
  readonly local: CandidateView
  readonly remote: CandidateView
  readonly straight: boolean
}

export type Cell = number | string | boolean | null

export type RecordingLine =
  | ({ readonly l: 'header'; readonly schema: typeof recordingSchema } & RecordingHeader)
  | {
      readonly l: 'started'
      readonly wallMs: number
      readonly appVersion: string
      readonly os: string
      readonly interfaces: readonly InterfaceInfo[]
    }
  | { readonly l: 'description'; readonly side: 'local' | 'remote'; readonly type: 'offer' | 'answer' }
  | { readonly l: 'refused'; readonly problem: string; readonly message: string }
  | { readonly l: 'event'; readonly event: EngineEvent }
  | { readonly l: 'warning'; readonly atMs: number; readonly kind: string; readonly message: string }
  | { readonly l: 'peer'; readonly peer: PeerView }
  /** Written when a pair appears and when what is known of it changes. */
  | ({ readonly l: 'pair' } & PairInfo)
  /**
   * Pairs that no later sample lists, as they were last: `p` a row a pair; `r` a row a stream that they had a part in, its
   * direction and id, then four cells a pair as in `rp`.
   */
  | { readonly l: 'gone'; readonly p: readonly (readonly Cell[])[]; readonly r: readonly (readonly Cell[])[] }
  /** What had been dropped unread by the next sample, and by all until the next line of this kind. */
  | { readonly l: 'unread'; readonly dropped: readonly UnreadDrops[] }
  /** Names of the cells of all later samples. */
  | {
      readonly l: 'columns'
      readonly session: readonly string[]
      readonly messages: readonly string[]
      readonly pair: readonly string[]
      /** Absent in recordings made before there were RTP streams. */
      readonly stream?: readonly string[]
    }
  /**
   * `s`: session cells; `d`: counts of dropped datagrams that are not 0; `m`: a row a direction; `p`: a row a pair; `r`:
   * a row an RTP stream, and `rp` beside each what the pairs did for it, four cells a pair; without streams absent; `rr`
   * beside each the paths that rested for it, eight cells a path; without any absent.
   */
  | {
      readonly l: 'sample'
      readonly atMs: number
      readonly s: readonly Cell[]
      readonly d: Readonly<Record<string, number>>
      readonly m: readonly (readonly Cell[])[]
      readonly p: readonly (readonly Cell[])[]
      readonly r?: readonly (readonly Cell[])[]
      readonly rp?: readonly (readonly Cell[])[]
      readonly rr?: readonly (readonly Cell[])[]
    }
  | { readonly l: 'end'; readonly atMs: number; readonly reason: string; readonly detail: string | null }
