/** Takes a pair out of the test and in again; shown in every list of pairs. */
import type { PairSnapshot } from '../../../shared/view'
import { useStore } from '../../state'
import { CheckBox } from '../../ui'

export function IncludeBox({ pair, disabled }: { readonly pair: PairSnapshot; readonly disabled: boolean }) {
  const include = useStore((store) => store.includePair)
  const wanted = useStore((store) => store.wanted.included.get(pair.id))
  return (
    <CheckBox
      hideLabel
      label={`Include ${pair.label}`}
      checked={wanted ?? pair.included}
      disabled={disabled}
      onChange={(included) => void include(pair.id, included)}
    />
  )
}
