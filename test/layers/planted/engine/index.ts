export { ice } from './ice'
