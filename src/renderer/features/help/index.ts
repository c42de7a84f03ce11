/** Keys and definitions. */
export { HelpOverlay } from './help-overlay'
export { useShortcuts } from './shortcuts'
