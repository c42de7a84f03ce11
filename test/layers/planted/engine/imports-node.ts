// caught by: pure-layers-have-no-platform
export { randomBytes } from 'node:crypto'
