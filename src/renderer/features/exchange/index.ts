/** Handing offer and answer over, until the first channel opens. */
export { CheckedPairs } from './checked-pairs'
export { createExchangeSlice, type ExchangeSlice } from './exchange-slice'
export { ExchangeScreen } from './exchange-screen'
export { PasteBox } from './paste-box'
export { Warnings } from './warnings'
export { usePasteAnywhere } from './use-paste-anywhere'
