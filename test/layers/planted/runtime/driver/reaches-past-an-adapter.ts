// caught by: door-adapters, door-between-runtime
export { sockets } from '../adapters/node/sockets'
