export { sockets } from '../adapters/node'
export { host } from '../host'
