/** The empty state: what can be used, what will be sent, and three ways to begin. */
import { streamLimits, streamText } from '../../../shared/streams'
import { modeMeanings } from '../../../shared/words'
import { useStore } from '../../state'
import { Button, ModeSelect, NumberField, TextField } from '../../ui'
import { PasteBox } from '../exchange'
import { StreamPicker } from '../tests'
import { InterfaceChoice } from './interface-choice'
import { defaultTitle } from './start-slice'

export function StartScreen() {
  return (
    <div className="screen start">
      <StartHeader />
      <main className="start-main">
        <section className="start-choice" aria-label="What to use">
          <InterfaceChoice />
          <SessionForm />
        </section>
        <StartActions />
      </main>
      <StartFooter />
    </div>
  )
}

function StartHeader() {
  const open = useStore((store) => store.openOverlay)
  return (
    <header className="bar">
      <h1>Pathscope</h1>
      <span className="dim">several network paths at once, each one measured</span>
      <span className="space" />
      <Button onClick={() => open('settings')}>Settings</Button>
      <Button onClick={() => open('help')} label="Help">
        ?
      </Button>
    </header>
  )
}

function SessionForm() {
  const form = useStore((store) => store.form)
  const change = useStore((store) => store.changeForm)
  return (
    <div className="form-grid">
      <TextField
        label="Title"
        value={form.title}
        placeholder={defaultTitle}
        maxLength={120}
        hint="Names the recording and the report."
        onChange={(title) => change({ title })}
      />
      <TextField
        label="STUN server"
        value={form.stun}
        placeholder="stun:host:port"
        maxLength={256}
        hint={
          form.stun.trim() === ''
            ? 'Empty: nothing is contacted. Needed when the machines are on different networks.'
            : 'Asked for the public address of each interface.'
        }
        onChange={(stun) => change({ stun })}
      />
      <TurnFields />
      <div className="field">
        <span className="label">Packets go</span>
        <ModeSelect label="Mode" value={form.mode} onChange={(mode) => change({ mode })} />
        <p className="hint">This sends {modeMeanings[form.mode]}. Can be switched while it runs.</p>
      </div>
      <div className="field">
        <span className="label">Test messages</span>
        <span className="row">
          <NumberField
            label="Rate"
            unit="/s"
            min={0.1}
            max={200}
            value={form.ratePerSecond}
            onChange={(ratePerSecond) => change({ ratePerSecond })}
          />
          <NumberField
            label="Size"
            unit="bytes"
            min={64}
            max={16384}
            value={form.sizeBytes}
            onChange={(sizeBytes) => change({ sizeBytes: Math.round(sizeBytes) })}
          />
        </span>
        <p className="hint">Numbered and timed, in both directions.</p>
      </div>
      <StreamsField />
    </div>
  )
}

function StreamsField() {
  const streams = useStore((store) => store.form.streams)
  const change = useStore((store) => store.changeForm)
  return (
    <div className="field">
      <span className="label">Test streams to start with</span>
      <StreamPicker
        hint={
          streams.length < streamLimits.streams
            ? null
            : `${streamLimits.streams} streams are as many as can run; leave one out to add another.`
        }
        actions={[
          {
            label: 'Add',
            disabled: streams.length >= streamLimits.streams,
            take: (spec) => change({ streams: [...streams, spec] }),
          },
        ]}
      />
      {streams.length === 0 ? (
        <p className="hint">None. They can be started and stopped while it runs, from either side.</p>
      ) : (
        <ul className="row chosen-streams" aria-label="Streams to start with">
          {streams.map((spec, at) => (
            <li key={`${at}-${streamText(spec)}`} className="mark">
              {streamText(spec)}
              <Button
                look="link"
                label={`Leave out ${streamText(spec)}`}
                onClick={() => change({ streams: streams.filter((_, index) => index !== at) })}
              >
                ×
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function TurnFields() {
  const form = useStore((store) => store.form)
  const change = useStore((store) => store.changeForm)
  const isEmpty = form.turn.trim() === ''
  return (
    <>
      <TextField
        label="TURN server"
        value={form.turn}
        placeholder="turn:host:port?transport=udp"
        maxLength={300}
        hint={
          isEmpty
            ? 'Empty: no relay. Needed when no direct path gets through.'
            : 'Relays for each interface. transport=tcp for TCP, turns:host for TLS.'
        }
        onChange={(turn) => change({ turn })}
      />
      {!isEmpty && (
        <div className="field">
          <span className="row">
            <TextField
              label="User"
              value={form.turnUser}
              maxLength={256}
              onChange={(turnUser) => change({ turnUser })}
            />
            <TextField
              label="Password"
              secret
              value={form.turnPassword}
              maxLength={256}
              onChange={(turnPassword) => change({ turnPassword })}
            />
          </span>
          <p className="hint">The user is remembered, the password only until the app closes.</p>
        </div>
      )}
    </>
  )
}

function StartActions() {
  const start = useStore((store) => store.startSession)
  const busy = useStore((store) => store.busy === 'starting')
  const pasting = useStore((store) => store.pasting)
  const openPaste = useStore((store) => store.openPaste)
  return (
    <aside className="start-actions" aria-label="Begin">
      <div className="action">
        <h2>Invite the other machine</h2>
        <p>Makes an offer to send over by chat or mail. The other side pastes it and sends an answer back.</p>
        <Button look={pasting ? 'plain' : 'main'} busy={busy} onClick={() => void start('offerer')}>
          Create offer
        </Button>
      </div>
      <div className="action">
        <h2>Somebody sent you an offer</h2>
        {pasting ? (
          <PasteBox autoFocus />
        ) : (
          <>
            <p>Paste it; you get an answer to send back.</p>
            <Button onClick={() => openPaste(true)}>Paste an offer or answer</Button>
          </>
        )}
      </div>
      <div className="action">
        <h2>No second machine at hand</h2>
        <p>
          Both ends run here, over three emulated paths of different delay, loss and rate. Nothing leaves this
          machine.
        </p>
        <Button busy={busy} onClick={() => void start('loopback')}>
          Try it on this machine
        </Button>
      </div>
    </aside>
  )
}

function StartFooter() {
  const info = useStore((store) => store.info)
  return (
    <footer className="foot">
      {info !== null && (
        <>
          <span>Sessions are recorded to {info.sessionFolder}</span>
          <span className="space" />
          <span>
            {info.name} {info.version} · {info.os}
          </span>
        </>
      )}
    </footer>
  )
}
