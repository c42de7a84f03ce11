import { definitions } from '../../../shared/words'
import { useStore } from '../../state'
import { shortcuts } from './shortcuts'
import { Overlay } from '../../ui'

export function HelpOverlay() {
  const close = useStore((store) => store.openOverlay)
  return (
    <Overlay title="Help" onClose={() => close(null)}>
      <h3>Keys</h3>
      <dl className="keys">
        {shortcuts.map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <h3>What the figures mean</h3>
      <dl className="definitions">
        {definitions.map(({ term, meaning }) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Overlay>
  )
}
