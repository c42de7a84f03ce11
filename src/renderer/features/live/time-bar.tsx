/** Under the graphs: which stretch of time, paused or not, graphs or table. */
import { type Live, useStore } from '../../state'
import { rangeOf, windowLabels, windowNames } from '../../history'
import { Button, Segmented } from '../../ui'

export function TimeBar({ live }: { readonly live: Live }) {
  const timeView = useStore((store) => store.timeView)
  const follow = useStore((store) => store.follow)
  const paused = useStore((store) => store.paused)
  const togglePause = useStore((store) => store.togglePause)
  const panel = useStore((store) => store.panel)
  const showPanel = useStore((store) => store.showPanel)
  const clear = useStore((store) => store.clearView)
  return (
    <div className="time-bar">
      <Segmented
        label="View"
        value={panel}
        options={[
          { value: 'graphs', label: 'Graphs' },
          { value: 'table', label: 'Table' },
        ]}
        onChange={showPanel}
      />
      {panel === 'graphs' && (
        <Segmented
          label="Time window"
          value={timeView.kind === 'follow' ? timeView.name : 'zoomed'}
          options={[
            ...windowNames.map((name) => ({ value: name, label: windowLabels[name] })),
            ...(timeView.kind === 'fixed' ? [{ value: 'zoomed' as const, label: 'Zoomed' }] : []),
          ]}
          onChange={(name) => {
            if (name !== 'zoomed') follow(name)
          }}
        />
      )}
      {live.view.ended === null && (
        <Button pressed={paused} onClick={togglePause}>
          {paused ? 'Go on' : 'Pause'}
        </Button>
      )}
      {timeView.kind === 'fixed' && (
        <Button look="link" onClick={clear}>
          Clear zoom
        </Button>
      )}
      <span className="dim times">{panel === 'graphs' ? rangeText(live, timeView) : ''}</span>
    </div>
  )
}

function rangeText(live: Live, timeView: Parameters<typeof rangeOf>[0]): string {
  const { wallMs } = live.view
  if (wallMs === null) return ''
  const { fromMs, toMs } = rangeOf(timeView, live.history.lastMs())
  return `${clock(wallMs + Math.max(0, fromMs))} – ${clock(wallMs + toMs)}`
}

const clock = (wallMs: number): string => new Date(wallMs).toLocaleTimeString('en-GB')
