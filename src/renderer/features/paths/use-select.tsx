/** Which live pairs carry traffic; stands at the head of every list of pairs. */
import { type Live, useStore } from '../../state'

export function UseSelect({ live }: { readonly live: Live }) {
  const setUse = useStore((store) => store.setUse)
  const wanted = useStore((store) => store.wanted.use)
  const { snapshot, ended } = live.view
  if (snapshot === null || ended !== null) return null
  return (
    <select
      className="select slim"
      aria-label="Which pairs carry"
      title="Which live pairs carry traffic"
      value={wanted ?? snapshot.use}
      onChange={(event) => {
        const use = event.target.value
        if (use === 'auto' || use === 'all' || use === 'disjoint') void setUse(use)
      }}
    >
      <option value="auto">carrying: auto</option>
      <option value="all">carrying: all pairs</option>
      <option value="disjoint">carrying: disjoint</option>
    </select>
  )
}
