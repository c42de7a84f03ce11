// caught by: electron-in-its-two-layers
export { app } from 'electron'
