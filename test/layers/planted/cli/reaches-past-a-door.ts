// caught by: door-runtime
export { host } from '../runtime/host/start'
