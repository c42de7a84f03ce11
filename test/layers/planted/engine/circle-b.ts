export { a } from './circle-a'
export const b = 1
