// caught by: no-circles
export { b } from './circle-b'
export const a = 1
