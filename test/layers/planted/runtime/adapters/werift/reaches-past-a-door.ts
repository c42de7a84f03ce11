// caught by: door-between-adapters
export { sockets } from '../node/sockets'
