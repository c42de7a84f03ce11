/** All test traffic of both directions: started, changed, stopped, and what became of it. */
import { streamLimits } from '../../../shared/streams'
import type { StreamSnapshot } from '../../../shared/view'
import { type Live, useStore } from '../../state'
import { Button, Health, NumberField, Unbroken } from '../../ui'
import { StreamPicker } from './stream-picker'
import { StreamTable } from './stream-table'

/** Refusals and breakers shown; the list of events has all. */
const notesShown = 2

export function TestsPanel({ live }: { readonly live: Live }) {
  const close = useStore((store) => store.openTests)
  const { snapshot, ended } = live.view
  const streams = snapshot?.streams ?? []
  const running = ended === null && snapshot?.channel === 'open'
  return (
    <section className="tests" aria-label="Tests">
      <div className="section-head">
        <h2>Tests</h2>
        {running && <StartRow streams={streams} />}
        <span className="space" />
        <Button look="link" onClick={() => close(false)}>
          Close
        </Button>
      </div>
      <Notes live={live} />
      {streams.length === 0 ? (
        <p className="dim">
          {running
            ? 'Only the numbered messages run. A stream started here is seen on the other side, too, and either side can stop it.'
            : 'There were no test streams.'}
        </p>
      ) : (
        <StreamTable live={live} streams={streams} />
      )}
      {running && <Messages />}
    </section>
  )
}

function StartRow({ streams }: { readonly streams: readonly StreamSnapshot[] }) {
  const start = useStore((store) => store.startStream)
  const full = (direction: 'sent' | 'received'): boolean =>
    streams.filter((stream) => stream.direction === direction && stream.running).length >=
    streamLimits.streams
  return (
    <StreamPicker
      hint={fullText(full('sent'), full('received'))}
      actions={[
        { label: 'Send', disabled: full('sent'), take: (spec) => void start('sent', spec) },
        {
          label: 'Ask the peer to send',
          disabled: full('received'),
          take: (spec) => void start('received', spec),
        },
      ]}
    />
  )
}

/** Why no more can be started; null while both ways have room. */
function fullText(sent: boolean, received: boolean): string | null {
  if (!sent && !received) return null
  const way = sent && received ? 'each way' : sent ? 'to the peer' : 'from the peer'
  return `${streamLimits.streams} streams run ${way}, as many as can; stop one to start another.`
}

function Notes({ live }: { readonly live: Live }) {
  const notes = live.view.events.filter((line) => line.onStreams).slice(-notesShown)
  if (notes.length === 0) return null
  return (
    <ul className="stream-notes" aria-label="What went wrong with streams">
      {notes.map((line) => (
        <li key={line.atMs}>
          <time className="faint">
            {new Date((live.view.wallMs ?? 0) + line.atMs).toLocaleTimeString('en-GB')}
          </time>
          <Health tone={line.health}>
            <Unbroken text={line.text} />
          </Health>
        </li>
      ))}
    </ul>
  )
}

function Messages() {
  const form = useStore((store) => store.form)
  const set = useStore((store) => store.setMessages)
  return (
    <div className="row dim messages-row">
      Messages, as we send
      <NumberField
        label="at"
        unit="/s"
        min={0.1}
        max={200}
        value={form.ratePerSecond}
        onChange={(ratePerSecond) => {
          if (ratePerSecond !== form.ratePerSecond) void set({ ratePerSecond })
        }}
      />
      <NumberField
        label="of"
        unit="bytes"
        min={64}
        max={16384}
        value={form.sizeBytes}
        onChange={(bytes) => {
          const sizeBytes = Math.round(bytes)
          if (sizeBytes !== form.sizeBytes) void set({ sizeBytes })
        }}
      />
    </div>
  )
}
