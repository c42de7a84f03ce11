import type { EngineCommand } from '../face/io'
import { limits } from '../face/limits'
import type { Mode } from '../face/settings'
import { refreshCarrying } from './carriers'
import type { Pair } from '../ice'
import { sendText } from './control'
import { endAllRests } from './rests'
import { tellPaths } from './spreading'
import { pairById, type SessionState, tell } from './state'

type Wish = Extract<EngineCommand, { readonly kind: 'set-mode' | 'pin-pair' | 'cap-pair' | 'order-pairs' }>

/** Highest limit of a pair, bit/s. */
const highestCapBps = 1e12

/** How what is sent is to be spread, and over which paths, as the user wants it. */
export function obeyWish(state: SessionState, wish: Wish): void {
  switch (wish.kind) {
    case 'set-mode':
      if (wish.direction === 'sent') return setMode(state, wish.mode, 'us')
      return sendText(state, { t: 'ask-mode', mode: wish.mode })
    case 'pin-pair':
      return pin(state, wish.pairId, wish.pinned)
    case 'cap-pair':
      return cap(state, wish.pairId, wish.capBps)
    case 'order-pairs':
      return order(state, wish.pairIds)
  }
}

/** The mode of what we send. Nothing is lost by it: what is under way arrives, and the next packet goes by the new one. */
export function setMode(state: SessionState, mode: Mode, by: 'us' | 'peer'): void {
  if (state.mode === mode) return
  state.mode = mode
  state.spreading.records.setMode(mode, state.nowMs)
  state.spreading.streams.setMode(mode, state.nowMs)
  tell(state, { kind: 'mode', mode, direction: 'sent', by })
  sendText(state, { t: 'mode', mode, use: state.use, ...(by === 'peer' && { asked: true }) })
  endAllRests(state, null)
}

function pin(state: SessionState, pairId: number, pinned: boolean): void {
  const { pins } = state.spreading
  const pair = pairById(state, pairId)
  if (pair === undefined || pins.has(pairId) === pinned) return
  if (pinned) pins.add(pairId)
  else pins.delete(pairId)
  state.spreading.byUser = true
  refreshCarrying(state, true)
  tellPinned(state, pair, pinned)
  endAllRests(state, pairId)
}

function cap(state: SessionState, pairId: number, wanted: number | null): void {
  const { caps } = state.spreading
  const pair = pairById(state, pairId)
  const capBps = wanted === null || !(wanted >= 0) ? null : Math.min(wanted, highestCapBps)
  if (pair === undefined || (caps.get(pairId) ?? null) === capBps) return
  if (capBps === null) caps.delete(pairId)
  else caps.set(pairId, capBps)
  state.spreading.byUser = true
  tellPaths(state)
  tell(state, { kind: 'pair-capped', pairId, label: pair.label, capBps })
  endAllRests(state, pairId)
}

function order(state: SessionState, pairIds: readonly number[]): void {
  const known = [...new Set(pairIds)].filter((id) => pairById(state, id) !== undefined)
  state.spreading.order = known.slice(0, limits.orderedPairs)
  state.spreading.byUser = true
  tellPaths(state)
  const labels = state.spreading.order.map((id) => pairById(state, id)?.label ?? '')
  tell(state, { kind: 'pairs-ordered', labels })
  endAllRests(state, null)
}

/**
 * A pair is closed: what the user wished of it holds for the one that took its place. Without one it holds no more, as
 * nobody could take it back.
 */
export function passOnWishes(state: SessionState, pair: Pair, heir: Pair | null): void {
  const { spreading, agent } = state
  const { pins, caps } = spreading
  const capBps = caps.get(pair.id)
  const wasPinned = pins.delete(pair.id)
  caps.delete(pair.id)
  spreading.order = [...new Set(spreading.order.flatMap((id) => (id === pair.id ? (heir?.id ?? []) : id)))]
  if (wasPinned || capBps !== undefined) spreading.byUser = true
  if (wasPinned) tellPinned(state, pair, false)
  if (heir === null) return
  if (!pair.included) agent.include(heir.id, false)
  if (wasPinned && !pins.has(heir.id)) {
    pins.add(heir.id)
    tellPinned(state, heir, true)
  }
  if (capBps === undefined || caps.has(heir.id)) return
  caps.set(heir.id, capBps)
  tell(state, { kind: 'pair-capped', pairId: heir.id, label: heir.label, capBps })
}

function tellPinned(state: SessionState, { id, label }: Pair, pinned: boolean): void {
  tell(state, { kind: 'pair-pinned', pairId: id, label, pinned })
}
