// caught by: no-missing-modules
export { gone } from './gone'
