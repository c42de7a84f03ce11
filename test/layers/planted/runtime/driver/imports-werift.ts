// caught by: werift-behind-its-adapter
export { RTCDtlsTransport } from 'werift'
