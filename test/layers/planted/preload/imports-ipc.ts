export { ipc } from '../shared/ipc'
