import { apiGlobal, type PathscopeApi } from '../shared/ipc'
import { mount } from './app'

declare global {
  interface Window {
    readonly [apiGlobal]: PathscopeApi
  }
}

mount(window[apiGlobal])
