// caught by: door-between-runtime
export { host } from '../host/start'
