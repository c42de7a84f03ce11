/** Gives the window the API that shared/ipc lists, one function per channel, and nothing else. */
import { contextBridge, ipcRenderer } from 'electron'
import { apiGlobal, calls, camelCase, pushes, wire } from '../shared/ipc'

type Listener = (payload: unknown) => void

const asks = Object.keys(calls).map((channel) => [
  camelCase(channel),
  (request: unknown = null) => ipcRenderer.invoke(wire.call, channel, request),
])

const listens = Object.keys(pushes).map((channel) => [
  camelCase(`on-${channel}`),
  (listener: Listener) => {
    const pass = (_event: unknown, name: unknown, payload: unknown): void => {
      if (name === channel) listener(payload)
    }
    ipcRenderer.on(wire.push, pass)
    return () => {
      ipcRenderer.off(wire.push, pass)
    }
  },
])

contextBridge.exposeInMainWorld(apiGlobal, Object.fromEntries([...asks, ...listens]))
