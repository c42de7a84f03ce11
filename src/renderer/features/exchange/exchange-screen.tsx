/** From the start of a session to its first open channel: what to hand over, what is awaited, and for how long. */
import type { Phase, SessionView } from '../../../shared/view'
import { formatSpan } from '../../../shared/words'
import { type Live, useStore } from '../../state'
import { Button, useNow } from '../../ui'
import { CheckedPairs } from './checked-pairs'
import { HandOver } from './hand-over'
import { PasteBox } from './paste-box'
import { Servers } from './servers'
import { Warnings } from './warnings'

type ExchangePhase = Exclude<Phase, 'live' | 'ended'>

export function ExchangeScreen({ live, phase }: { readonly live: Live; readonly phase: ExchangePhase }) {
  const { view } = live
  return (
    <div className="screen exchange">
      <ExchangeHeader live={live} phase={phase} />
      <main className="exchange-main">
        <div className="steps">
          <Warnings view={view} />
          {phase === 'starting' && <Starting view={view} />}
          {view.role === 'offerer' && view.local !== null && <Offering view={view} phase={phase} />}
          {view.role === 'answerer' && <Answering view={view} phase={phase} />}
        </div>
        <aside className="checks">
          <Servers view={view} />
          <CheckedPairs view={view} phase={phase} />
        </aside>
      </main>
      <footer className="foot">
        <span>{expiryText(view, phase)}</span>
      </footer>
    </div>
  )
}

const stateLines: Readonly<Record<ExchangePhase, string>> = {
  starting: 'Opening sockets and gathering addresses',
  offering: 'Waiting for the answer',
  'awaiting-offer': 'Waiting for an offer',
  answering: 'Waiting for the other side to take the answer',
  connecting: 'Connecting',
}

function ExchangeHeader({ live, phase }: { readonly live: Live; readonly phase: ExchangePhase }) {
  const now = useNow()
  const leave = useStore((store) => store.leaveSession)
  const since = phase === 'connecting' ? (live.view.acceptedAtMs ?? live.requestedAtMs) : live.requestedAtMs
  return (
    <header className="bar">
      <h1>{live.view.title}</h1>
      <span className="dim">{live.view.role === 'loopback' ? 'emulated' : live.view.role}</span>
      <span role="status" aria-live="polite" className="state-line">
        {stateLines[phase]}
      </span>
      <span className="dim">{formatSpan(Math.max(1000, now - since))}</span>
      <span className="space" />
      <Button onClick={() => void leave()}>Cancel</Button>
    </header>
  )
}

function Starting({ view }: { readonly view: SessionView }) {
  return (
    <section className="step">
      <h2>{view.role === 'loopback' ? 'Setting up three emulated paths' : 'Gathering addresses'}</h2>
      <p className="dim">This takes a moment; a server that does not answer makes it a few seconds.</p>
    </section>
  )
}

function Offering({ view, phase }: { readonly view: SessionView; readonly phase: ExchangePhase }) {
  return (
    <>
      <section className="step">
        <h2>
          <span className="number">1</span> Send this offer to the other side
        </h2>
        {view.local !== null && <HandOver text={view.local} main={phase === 'offering'} />}
      </section>
      <section className="step">
        <h2>
          <span className="number">2</span>{' '}
          {phase === 'connecting' ? 'The answer is in' : 'Paste the answer that comes back'}
        </h2>
        {phase === 'connecting' ? (
          <p className="dim">Pairs are being checked; nothing more to do here.</p>
        ) : (
          <PasteBox />
        )}
      </section>
    </>
  )
}

function Answering({ view, phase }: { readonly view: SessionView; readonly phase: ExchangePhase }) {
  if (phase === 'awaiting-offer') {
    return (
      <section className="step">
        <h2>Paste the offer you were sent</h2>
        <PasteBox autoFocus />
      </section>
    )
  }
  if (view.local === null) return null
  return (
    <section className="step">
      <h2>Send this answer back</h2>
      <p className="dim">
        The other side pastes it into the window that made the offer. The test starts by itself then.
      </p>
      <HandOver text={view.local} main />
    </section>
  )
}

function expiryText(view: SessionView, phase: ExchangePhase): string {
  if (phase === 'connecting') return 'Gives up a minute after the answer if no pair works.'
  if (phase === 'starting') return 'Nothing is sent to anybody yet.'
  if (view.role === 'offerer') {
    return 'The offer holds as long as this window is open, half an hour and more. A browser on the other side may give up earlier.'
  }
  return 'The answer is good for an hour, as long as both windows are open. A browser on the other side may give up earlier.'
}
