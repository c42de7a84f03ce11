export { RTCDtlsTransport } from 'werift'
