/** How the live view is looked at. */
import type { Mode, Use } from '../../../shared/view'
import { defaultTimeView, type TimeView, type WindowName, zoomed } from '../../history'
import type { Slice } from '../../state'

export type Panel = 'graphs' | 'table'

/** What the graph of how things are sent shows of each path. */
export type SendingShown = 'share' | 'weight' | 'queue' | 'capacity'

/** What the user has just asked for: shown at once, until the engine has had time to say the same or otherwise. */
export interface Wanted {
  readonly mode: Mode | null
  readonly use: Use | null
  readonly included: ReadonlyMap<number, boolean>
}

const nothingWanted: Wanted = { mode: null, use: null, included: new Map() }

/** After this long what the engine says is shown again, ms. */
const wantedMs = 1500

export interface LiveSlice {
  readonly wanted: Wanted
  readonly timeView: TimeView
  readonly paused: boolean
  /** The path that stands out in list and graphs. */
  readonly selectedPair: number | null
  readonly panel: Panel
  /** Whether pairs that do not carry are listed. */
  readonly idleShown: boolean
  /** Whether the right column is open where there is no room for it. */
  readonly sideOpen: boolean
  readonly direction: 'sent' | 'received'
  readonly weightShown: SendingShown
  readonly deliveryShown: 'spacing' | 'goodput'
  follow(name: WindowName): void
  zoomTo(fromMs: number, toMs: number): void
  zoom(direction: 'in' | 'out'): void
  togglePause(): void
  /** Back to the plain view: no zoom, no selection, no overlay. */
  clearView(): void
  selectPair(pairId: number | null): void
  showPanel(panel: Panel): void
  showIdle(shown: boolean): void
  openSide(open: boolean): void
  showDirection(direction: 'sent' | 'received'): void
  showWeight(shown: SendingShown): void
  showDelivery(shown: 'spacing' | 'goodput'): void
  /** Of what we send; or the peer is asked to spread so what it sends. */
  setMode(direction: 'sent' | 'received', mode: Mode): Promise<void>
  setUse(use: Use): Promise<void>
  includePair(pairId: number, included: boolean): Promise<void>
  attemptNomination(): Promise<void>
  pinPair(pairId: number, pinned: boolean): Promise<void>
  /** Bit/s of test streams; null = no limit. */
  capPair(pairId: number, capBps: number | null): Promise<void>
  /** All that are ordered, first one first. */
  orderPairs(pairIds: readonly number[]): Promise<void>
}

export const createLiveSlice: Slice<LiveSlice> = (set, get, { api, feed }) => {
  let forget: ReturnType<typeof setTimeout> | null = null
  const want = (wanted: Partial<Wanted>): void => {
    set({ wanted: { ...get().wanted, ...wanted } })
    if (forget !== null) clearTimeout(forget)
    forget = setTimeout(() => set({ wanted: nothingWanted }), wantedMs)
  }
  const command = async (
    order: Parameters<typeof api.sessionCommand>[0],
    wanted: Partial<Wanted> = {},
  ): Promise<void> => {
    want(wanted)
    const result = await api.sessionCommand(order)
    if (result.ok) return
    set({ wanted: nothingWanted })
    get().notifyError(result.error)
  }
  const lastMs = (): number => feed.current()?.history.lastMs() ?? 0
  const pause = (paused: boolean): void => {
    feed.pause(paused)
    set({ paused })
  }

  return {
    wanted: nothingWanted,
    timeView: defaultTimeView,
    paused: false,
    selectedPair: null,
    panel: 'graphs',
    idleShown: false,
    sideOpen: false,
    direction: 'sent',
    weightShown: 'share',
    deliveryShown: 'spacing',
    follow: (name) => set({ timeView: { kind: 'follow', name } }),
    zoomTo: (fromMs, toMs) => set({ timeView: { kind: 'fixed', fromMs, toMs } }),
    zoom: (direction) => set({ timeView: zoomed(get().timeView, direction, lastMs()) }),
    togglePause: () => pause(!get().paused),
    clearView() {
      if (get().overlay !== null) return set({ overlay: null })
      if (get().testsOpen) return set({ testsOpen: false })
      if (get().sideOpen) return set({ sideOpen: false })
      if (get().paused) pause(false)
      set({ selectedPair: null, notice: null })
      if (get().timeView.kind === 'fixed') set({ timeView: defaultTimeView })
    },
    selectPair: (pairId) => set({ selectedPair: get().selectedPair === pairId ? null : pairId }),
    showPanel: (panel) => set({ panel }),
    showIdle: (shown) => set({ idleShown: shown }),
    openSide: (open) => set({ sideOpen: open }),
    showDirection: (direction) => set({ direction }),
    showWeight: (shown) => set({ weightShown: shown }),
    showDelivery: (shown) => set({ deliveryShown: shown }),
    setMode: (direction, mode) =>
      command({ kind: 'set-mode', direction, mode }, direction === 'sent' ? { mode } : {}),
    setUse: (use) => command({ kind: 'set-use', use }, { use }),
    includePair: (pairId, included) =>
      command(
        { kind: 'include-pair', pairId, included },
        { included: new Map(get().wanted.included).set(pairId, included) },
      ),
    pinPair: (pairId, pinned) => command({ kind: 'pin-pair', pairId, pinned }),
    capPair: (pairId, capBps) => command({ kind: 'cap-pair', pairId, capBps }),
    orderPairs: (pairIds) => command({ kind: 'order-pairs', pairIds: [...pairIds] }),
    attemptNomination: () => command({ kind: 'attempt-nomination', pairId: null }),
  }
}
