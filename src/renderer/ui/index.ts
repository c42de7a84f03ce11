/** Primitives that every feature uses. */
export { Button } from './button'
export { CheckBox, NumberField, TextField } from './fields'
export { Health, type HealthTone } from './health'
export { Overlay } from './overlay'
export { PathKey, usePathColour } from './path-key'
export { Segmented } from './segmented'
export { Quantity } from './quantity'
export { useNow } from './use-now'
