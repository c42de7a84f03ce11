export { sockets } from './sockets'
