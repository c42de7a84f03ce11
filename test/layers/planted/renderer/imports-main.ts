// caught by: renderer-imports
export { window } from '../main/window'
