import { isIP, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { OpenStreamRequest, Streams } from '../../ports'
import { errorCode } from './error-code'
import { loadNativeSockets } from './native-sockets'
import { isLinkLocal6 } from './zone'

/**
 * Bytes that wait to be sent on one connection; with more, what comes is dropped, as a full router would: the peer's
 * packets are better lost than seconds late.
 */
const maxQueuedBytes = 64 * 1024
/** A connection that was closed here goes, whether or not the other side agrees, after this long, ms. */
const lingerMs = 1000

/**
 * TCP and TLS connections of this machine. They leave by their interface where the system lets a socket be bound to a
 * device (Linux), else the routing table chooses by the source address. TLS verifies the server's certificate against the
 * authorities that Node knows and those of NODE_EXTRA_CA_CERTS.
 */
export function nodeStreams(binding: 'device' | 'address'): Streams {
  const open = new Map<number, Socket>()

  function carry(id: number, raw: Socket, request: OpenStreamRequest): void {
    const { tlsName, to } = request
    open.set(id, raw)
    raw.setNoDelay(true)
    raw.once('error', (error) => over(id, raw, sentenceOf(error, request)))
    raw.once('close', () => over(id, raw, 'The server closed the connection.'))
    raw.once('connect', () => {
      if (open.get(id) !== raw) return
      if (tlsName === null) return use(id, raw, raw)
      // A name in the handshake must not be an address (RFC 6066 section 3); the certificate is checked for it anyway.
      const name = isIP(tlsName) === 0 ? { servername: tlsName } : {}
      const secure = connectTls({ socket: raw, host: tlsName, ...name })
      secure.once('error', (error) => over(id, raw, sentenceOf(error, request)))
      secure.once('secureConnect', () => use(id, raw, secure))
    })
    const host =
      to.family === 6 && isLinkLocal6(to.address) ? `${to.address}%${request.interfaceName}` : to.address
    raw.connect({ host, port: to.port, family: to.family })
  }

  /** `carrier` is what bytes go through: `raw` itself, or TLS on it. */
  function use(id: number, raw: Socket, carrier: Socket): void {
    if (open.get(id) !== raw) return carrier.destroy() && undefined
    if (carrier !== raw) {
      open.set(id, carrier)
      carrier.once('close', () => over(id, carrier, 'The server closed the connection.'))
    }
    carrier.on('data', (data) => {
      // Not the Buffer itself: its `slice` shares memory where a Uint8Array's copies.
      if (open.get(id) === carrier)
        streams.onData(id, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    })
    streams.onOpened(id)
  }

  function over(id: number, socket: Socket, detail: string): void {
    socket.destroy()
    const current = open.get(id)
    if (current === undefined) return
    open.delete(id)
    current.destroy()
    streams.onClosed(id, detail)
  }

  async function begin(request: OpenStreamRequest): Promise<void> {
    const made = await makeStream(request, binding)
    if (made.kind === 'failed') {
      if (wanted.delete(request.id)) streams.onClosed(request.id, made.detail)
    } else if (wanted.delete(request.id)) {
      carry(request.id, made.socket, request)
    } else {
      made.socket.destroy()
    }
  }

  /** Asked for, and not made yet. */
  const wanted = new Set<number>()

  const streams: Streams = {
    open(request) {
      if (wanted.has(request.id) || open.has(request.id))
        throw new Error(`Stream ${request.id} is open already`)
      wanted.add(request.id)
      void begin(request)
    },
    send(id, data) {
      const socket = open.get(id)
      if (socket !== undefined && socket.writableLength <= maxQueuedBytes) socket.write(data)
    },
    close(id) {
      wanted.delete(id)
      const socket = open.get(id)
      open.delete(id)
      if (socket === undefined) return
      // What was sent before still goes out.
      socket.end()
      setTimeout(() => socket.destroy(), lingerMs).unref()
    },
    closeAll() {
      for (const id of [...wanted, ...open.keys()]) streams.close(id)
    },
    onOpened: () => {},
    onData: () => {},
    onClosed: () => {},
  }
  return streams
}

type MadeStream =
  | { readonly kind: 'made'; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly detail: string }

/** A socket bound to the interface's address, and to its device where that is possible; not connected yet. */
async function makeStream(
  { interfaceName, address }: OpenStreamRequest,
  binding: 'device' | 'address',
): Promise<MadeStream> {
  if (binding === 'address') return { kind: 'made', socket: onAddress(address.address) }
  const native = await loadNativeSockets()
  if (native.kind === 'unavailable') return { kind: 'made', socket: onAddress(address.address) }
  const opened = native.sockets.openStreamOnInterface(interfaceName, address)
  if (opened.kind === 'failed' && opened.code === 'EPERM')
    return { kind: 'made', socket: onAddress(address.address) }
  if (opened.kind === 'failed') return { kind: 'failed', detail: opened.message }
  try {
    // `manualStart`: a socket that is not connected yet cannot be read from.
    return { kind: 'made', socket: new Socket({ fd: opened.fd, manualStart: true } as { fd: number }) }
  } catch (error) {
    native.sockets.close(opened.fd)
    return { kind: 'failed', detail: `Node did not take a socket: ${String(error)}` }
  }
}

/** Binds when it connects: only the source address is set. */
function onAddress(localAddress: string): Socket {
  const socket = new Socket()
  const connect = socket.connect.bind(socket)
  socket.connect = ((options: { host: string; port: number }) =>
    connect({ ...options, localAddress })) as never
  return socket
}

const certificateCodes: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
])

function sentenceOf(error: Error, { tlsName, to }: OpenStreamRequest): string {
  const code = errorCode(error)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The server's certificate is not one for ${tlsName ?? to.address} (${code}).`
  if (certificateCodes.has(code))
    return `The server's certificate cannot be trusted: ${error.message} (${code}). A certificate authority of your own can be named in NODE_EXTRA_CA_CERTS.`
  if (code === 'ECONNREFUSED') return `Nothing listens on port ${to.port} of ${to.address} (${code}).`
  return `The connection failed: ${error.message}.`
}
