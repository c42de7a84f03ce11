import type { PairSnapshot } from '../../shared/view'
import { egressSentence, formatEgress } from '../../shared/words'
import { Health } from './health'

/** By which interface a pair's packets were seen to leave: amber where it is another than named, empty while unknown. */
export function Egress({ pair }: { readonly pair: PairSnapshot }) {
  const { egress, local } = pair
  const title = egressSentence(egress, local.interfaceName)
  if (egress.verified === null) {
    const isFailed = egress.gap === 'other-traffic' || egress.gap === 'no-rise'
    return isFailed ? <span title={title}>not seen</span> : <span title={title} />
  }
  return (
    <span title={title}>
      <Health tone={egress.verified ? 'good' : 'warn'}>{formatEgress(egress, local.interfaceName)}</Health>
    </span>
  )
}
