export { host } from './start'
