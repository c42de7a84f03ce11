/** Duplicate and replay windows: a packet is one thing however many pairs carry it. */
export { createDedupWindow, type DedupWindow } from './window'
