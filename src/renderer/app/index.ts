/** Puts state, features and page together. */
export { mount } from './mount'
