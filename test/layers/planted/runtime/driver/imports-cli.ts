// caught by: runtime-imports
export { cli } from '../../cli/arguments'
