// caught by: renderer-has-no-node
export { readFileSync } from 'node:fs'
