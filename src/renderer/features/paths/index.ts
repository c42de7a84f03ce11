/** The list of paths. */
export { IncludeBox } from './include-box'
export { PathList } from './path-list'
export { UseSelect } from './use-select'
