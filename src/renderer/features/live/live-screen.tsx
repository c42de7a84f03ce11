/** The live view: who (paths), what happened (graphs or table), so what (meaning). Stays when the session has ended. */
import { failureOf } from '../../../shared/view'
import { type Live, useStore } from '../../state'
import { GraphStack } from '../../graphs'
import { EndedSummary } from '../ended'
import { MeaningColumn } from '../meaning'
import { PairTable } from '../pairs'
import { PathList } from '../paths'
import { TestsPanel } from '../tests'
import { LiveFooter } from './live-footer'
import { LiveHeader } from './live-header'
import { TimeBar } from './time-bar'

export function LiveScreen({ live }: { readonly live: Live }) {
  const panel = useStore((store) => store.panel)
  const sideOpen = useStore((store) => store.sideOpen)
  const testsOpen = useStore((store) => store.testsOpen)
  const failure = failureOf(live.view)
  return (
    <div className="screen live">
      <LiveHeader live={live} />
      {live.view.ended !== null && <EndedSummary live={live} failure={failure} />}
      {testsOpen && <TestsPanel live={live} />}
      <main className={`live-main${sideOpen ? ' side-open' : ''}${panel === 'table' ? ' whole' : ''}`}>
        <PathList live={live} />
        <section className="centre" aria-label={panel === 'graphs' ? 'Graphs' : 'Pairs'}>
          {panel === 'graphs' ? <GraphStack live={live} /> : <PairTable live={live} />}
          <TimeBar live={live} />
        </section>
        <MeaningColumn live={live} />
      </main>
      <LiveFooter live={live} />
    </div>
  )
}
