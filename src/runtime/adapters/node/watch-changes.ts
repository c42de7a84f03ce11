import { loadNativeSockets, type NativeSockets } from './native-sockets'

/**
 * How often the kernel's notes are looked for, ms. A look that finds none costs a system call of some microseconds; Node
 * has no means to wait for this kind of socket.
 */
const lookEveryMs = 50

/** Of the system's sockets what is used here. */
export type ChangeSockets = Pick<NativeSockets, 'openChanges' | 'hasChanged' | 'close'>

type Loaded = { readonly kind: 'loaded'; readonly sockets: ChangeSockets } | { readonly kind: 'unavailable' }

/**
 * Calls `changed` soon after a link or an address changed. Linux; elsewhere, and without koffi, it never does. `load` brings
 * the system's sockets.
 */
export function watchChanges(
  changed: () => void,
  load: () => Promise<Loaded> = loadNativeSockets,
): () => void {
  let ended = false
  let end = (): void => {}
  void load().then((native) => {
    if (ended || native.kind !== 'loaded') return
    const { sockets } = native
    const fd = sockets.openChanges()
    if (fd === null) return
    const timer = setInterval(() => {
      if (sockets.hasChanged(fd)) changed()
    }, lookEveryMs)
    timer.unref()
    end = () => {
      clearInterval(timer)
      sockets.close(fd)
    }
  })
  return () => {
    ended = true
    end()
  }
}
