/** The live view: who (paths), what happened (graphs or table), so what (meaning). Stays when the session has ended. */
import { failureOf } from '../../../shared/view'
import { useStore } from '../../app/context'
import type { Live } from '../../app/session-feed'
import { GraphStack } from '../../graphs/graph-stack'
import { EndedSummary } from '../ended/ended-summary'
import { MeaningColumn } from '../meaning/meaning-column'
import { PairTable } from '../pairs/pair-table'
import { PathList } from '../paths/path-list'
import { LiveFooter } from './live-footer'
import { LiveHeader } from './live-header'
import { TimeBar } from './time-bar'

export function LiveScreen({ live }: { readonly live: Live }) {
  const panel = useStore((store) => store.panel)
  const sideOpen = useStore((store) => store.sideOpen)
  const failure = failureOf(live.view)
  return (
    <div className="screen live">
      <LiveHeader live={live} />
      {live.view.ended !== null && <EndedSummary live={live} failure={failure} />}
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
