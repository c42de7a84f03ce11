// caught by: door-adapters
export { sockets } from '../adapters/node/sockets'
