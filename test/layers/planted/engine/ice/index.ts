export { ice } from './agent'
