import { DtlsServer, RTCSctpTransport } from 'werift'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createWeriftSessions } from './index'
import { demandDtlsInternals, sctpInternals } from './internals'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a werift that does not fit', () => {
  it('is named when a session is created, not in the middle of one', async () => {
    const original = RTCSctpTransport.prototype.setDtlsTransport
    vi.spyOn(RTCSctpTransport.prototype, 'setDtlsTransport').mockImplementation(function (
      this: RTCSctpTransport,
      dtls,
    ) {
      original.call(this, dtls)
      Object.defineProperty(this, 'sctp', { value: { onReceive: this.sctp.onReceive } })
    })
    await expect(createWeriftSessions().create()).rejects.toThrow(/SCTP.handleData is missing/)
  })

  it('is named by the member that is missing', () => {
    const transport = Object.create(RTCSctpTransport.prototype) as RTCSctpTransport
    expect(() => sctpInternals(transport)).toThrow('RTCSctpTransport.datachannelReceive is missing')
    const socket = Object.create(DtlsServer.prototype) as DtlsServer
    expect(() => demandDtlsInternals(socket)).toThrow('DtlsSocket.onConnect is missing')
  })
})
