/** A session that never connected: what was tried, for how long, why probably, what to do. */
import type { FailureStory } from '../../../shared/view'
import { type Live, useStore } from '../../state'
import { Button, Health } from '../../ui'
import { CheckedPairs, Warnings } from '../exchange'

export function FailedScreen({ live, failure }: { readonly live: Live; readonly failure: FailureStory }) {
  const recorded = useStore((store) => store.session?.recording ?? null) !== null
  const leave = useStore((store) => store.leaveSession)
  const exportReport = useStore((store) => store.exportReport)
  const busy = useStore((store) => store.busy)
  return (
    <div className="screen exchange">
      <header className="bar">
        <h1>{live.view.title}</h1>
        <span role="status" aria-live="polite" className="state-line">
          <Health tone="bad">not connected</Health>
        </span>
        <span className="space" />
        <Button busy={busy === 'exporting'} onClick={() => void exportReport(['json', 'csv', 'html'])}>
          Export report
        </Button>
        <Button look="main" onClick={() => void leave()}>
          New session
        </Button>
      </header>
      <main className="exchange-main">
        <div className="steps failed">
          <h2>{failure.title}</h2>
          <Warnings view={live.view} />
          <dl>
            <dt>Tried</dt>
            <dd>{failure.tried}</dd>
            <dt>Likely cause</dt>
            <dd>{failure.cause}</dd>
            <dt>What to do</dt>
            <dd>
              <ol>
                {failure.advice.map((step) => (
                  <li key={step}>{step}</li>
                ))}
              </ol>
            </dd>
          </dl>
        </div>
        <aside className="checks">
          <CheckedPairs view={live.view} phase="ended" />
        </aside>
      </main>
      <footer className="foot">
        <span>
          {recorded
            ? 'What was tried is recorded; the report says the same with every check counted.'
            : 'Nothing was recorded: the file could not be opened.'}
        </span>
      </footer>
    </div>
  )
}
