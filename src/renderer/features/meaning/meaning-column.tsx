/** The right column: what the numbers mean, what happened, what was delivered. */
import { meaningOf, type Sentence } from '../../../shared/view'
import { type Live, useStore } from '../../state'
import { Unbroken, usePathColour } from '../../ui'
import { Delivered } from './delivered'
import { EventList } from './event-list'

export function MeaningColumn({ live }: { readonly live: Live }) {
  const { snapshot, role } = live.view
  const sentences = snapshot === null ? [] : meaningOf(snapshot, role === 'loopback')
  return (
    <aside className="meaning" aria-label="Meaning">
      <h3>What this means</h3>
      <div className="say">
        {sentences.length === 0 && <p className="dim">Nothing can be said yet.</p>}
        {sentences.map((sentence) => (
          <SentenceLine key={sentence.id} sentence={sentence} />
        ))}
      </div>
      <h3>Delivered</h3>
      <Delivered live={live} />
      <h3>Events</h3>
      <EventList live={live} />
    </aside>
  )
}

function SentenceLine({ sentence }: { readonly sentence: Sentence }) {
  return (
    <p>
      {sentence.tone !== 'plain' && <span className={`dot ${sentence.tone}`} aria-hidden="true" />}
      {sentence.parts.map((part, index) =>
        part.kind === 'text' ? (
          <Unbroken key={index} text={part.text} />
        ) : (
          <PairName key={`pair-${part.pairId}`} pairId={part.pairId} label={part.label} />
        ),
      )}
    </p>
  )
}

function PairName({ pairId, label }: { readonly pairId: number; readonly label: string }) {
  const select = useStore((store) => store.selectPair)
  const colour = usePathColour(pairId)
  return (
    <button
      type="button"
      className="pair-name"
      style={{ textDecorationColor: colour }}
      onClick={() => select(pairId)}
    >
      {label}
    </button>
  )
}
