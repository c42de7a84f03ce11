/** The last minute of one path's round trip, small; its scale is its own. */
import { useEffect, useRef } from 'react'
import { readColumns } from '../../history'
import type { Live } from '../../state'
import { usePathColour } from '../../ui'

const spanMs = 60_000
const heightPx = 26

export function Sparkline({ pairId, live }: { readonly pairId: number; readonly live: Live }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const colour = usePathColour(pairId)
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, live, pairId, colour)
  }, [live, pairId, colour])
  return <canvas ref={canvas} className="sparkline" height={heightPx} aria-hidden="true" />
}

function draw(canvas: HTMLCanvasElement, live: Live, pairId: number, colour: string): void {
  const ratio = window.devicePixelRatio
  const width = canvas.clientWidth
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio)
  if (canvas.height !== Math.round(heightPx * ratio)) canvas.height = Math.round(heightPx * ratio)
  const context = canvas.getContext('2d')
  if (context === null) return
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, heightPx)
  const toMs = live.history.lastMs()
  const range = { fromMs: toMs - spanMs, toMs }
  const { xs, ys } = readColumns(live.history.fine, range, [pairId], ['rtt'], 0)
  const values = ys[0] ?? []
  const known = values.filter((value) => typeof value === 'number')
  if (known.length < 2) return
  const low = Math.min(...known) * 0.9
  const high = Math.max(...known, low + 2) * 1.05
  context.strokeStyle = colour
  context.lineWidth = 1.4
  context.lineJoin = 'round'
  context.beginPath()
  let pen = false
  values.forEach((value, index) => {
    if (value === undefined) return
    if (value === null) {
      pen = false
      return
    }
    const x = (((xs[index] ?? 0) * 1000 - range.fromMs) / spanMs) * width
    const y = heightPx - 2 - ((value - low) / (high - low)) * (heightPx - 4)
    if (pen) context.lineTo(x, y)
    else context.moveTo(x, y)
    pen = true
  })
  context.stroke()
}
