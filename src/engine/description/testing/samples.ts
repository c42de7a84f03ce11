/** Offers and answers of the shapes that stock WebRTC peers make. All addresses are from documentation ranges. */

const sdp = (text: string) => `${text.trim().split('\n').join('\r\n')}\r\n`

const digest =
  'A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90'
export const sampleFingerprint = digest

export const chromiumOffer = sdp(`
v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=application 52133 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 198.51.100.7
a=candidate:2999745851 1 udp 2122260223 192.0.2.10 52133 typ host generation 0 network-id 1 network-cost 10
a=candidate:1510613869 1 udp 2122194687 2001:DB8:0:0::10 40471 typ host generation 0 network-id 2
a=candidate:842163049 1 udp 1685987071 198.51.100.7 52133 typ srflx raddr 192.0.2.10 rport 52133 generation 0 network-id 1
a=candidate:4233069003 1 tcp 1518280447 192.0.2.10 9 typ host tcptype active generation 0 network-id 1
a=ice-ufrag:4aFv
a=ice-pwd:by2GZGG1lw+040DWA6hXM5Bz
a=ice-options:trickle
a=fingerprint:sha-256 ${digest}
a=setup:actpass
a=mid:0
a=sctp-port:5000
a=max-message-size:262144
`)

/** As a page without camera or microphone gets it: its addresses stand behind .local names. */
export const chromiumHiddenOffer = sdp(`
v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=candidate:2999745851 1 udp 2113937151 5ddbc3b0-5d0c-4d9c-8c2f-1c6b2b1d7f7e.local 51987 typ host generation 0 network-cost 999
a=ice-ufrag:4aFv
a=ice-pwd:by2GZGG1lw+040DWA6hXM5Bz
a=ice-options:trickle
a=fingerprint:sha-256 ${digest}
a=setup:actpass
a=mid:0
a=sctp-port:5000
a=max-message-size:262144
`)

/** Audio, then the data channel, then video, in one bundle; only the first section lists the candidates. */
export const chromiumCallOffer = sdp(`
v=0
o=- 7024719350428131541 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1 2
a=msid-semantic: WMS stream
m=audio 52133 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.0.2.10
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2999745851 1 udp 2122260223 192.0.2.10 52133 typ host generation 0 network-id 1
a=ice-ufrag:4aFv
a=ice-pwd:by2GZGG1lw+040DWA6hXM5Bz
a=ice-options:trickle
a=fingerprint:sha-256 ${digest}
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:4aFv
a=ice-pwd:by2GZGG1lw+040DWA6hXM5Bz
a=ice-options:trickle
a=fingerprint:sha-256 ${digest}
a=setup:actpass
a=mid:1
a=sctp-port:5000
a=max-message-size:262144
m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=ice-ufrag:4aFv
a=ice-pwd:by2GZGG1lw+040DWA6hXM5Bz
a=fingerprint:sha-256 ${digest}
a=setup:actpass
a=mid:2
a=recvonly
a=rtpmap:96 VP8/90000
`)

/** The same with bundlePolicy max-bundle: the later sections have neither port nor transport of their own. */
export const maxBundleOffer = sdp(`
v=0
o=- 7024719350428131541 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE audio data
m=audio 52133 UDP/TLS/RTP/SAVPF 111
c=IN IP4 192.0.2.10
a=candidate:2999745851 1 udp 2122260223 192.0.2.10 52133 typ host
a=ice-ufrag:4aFv
a=ice-pwd:by2GZGG1lw+040DWA6hXM5Bz
a=fingerprint:sha-256 ${digest}
a=setup:actpass
a=mid:audio
a=rtcp-mux
m=application 0 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=bundle-only
a=mid:data
a=sctp-port:5000
`)

/** Session-level fingerprint and options, lines in another order, a limit above four gigabytes' third. */
export const firefoxOffer = sdp(`
v=0
o=mozilla...THIS_IS_SDPARTA-99.0 8317563125874126503 0 IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:sha-256 ${digest}
a=group:BUNDLE 0
a=ice-options:trickle
a=msid-semantic:WMS *
m=application 56114 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 198.51.100.7
a=candidate:0 1 UDP 2122187007 192.0.2.20 56114 typ host
a=candidate:2 1 UDP 2122252543 2001:db8::20 42261 typ host
a=candidate:4 1 TCP 2105458943 192.0.2.20 9 typ host tcptype active
a=candidate:1 1 UDP 1685921535 198.51.100.7 56114 typ srflx raddr 192.0.2.20 rport 56114
a=sendrecv
a=end-of-candidates
a=ice-pwd:e5bd0e8fe3a44f6ea5b0d9b9c0a8d2f1
a=ice-ufrag:31c0f1a9
a=mid:0
a=setup:actpass
a=sctp-port:5000
a=max-message-size:1073741823
`)

export const pionAnswer = sdp(`
v=0
o=- 3319498238217245189 1763823911 IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:sha-256 ${digest}
a=extmap-allow-mixed
a=group:BUNDLE 0
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=setup:active
a=mid:0
a=sendrecv
a=sctp-port:5000
a=ice-ufrag:CFQsUBBTVDAVcsBU
a=ice-pwd:PLOHqGDZwpRQzJXWVGBbJuxmFbvFSzxC
a=candidate:4077567720 1 udp 2130706431 192.0.2.30 45678 typ host
a=candidate:4077567720 2 udp 2130706431 192.0.2.30 45678 typ host
a=candidate:2578109381 1 udp 2130706431 fe80::5054:ff:fe12:3456 45679 typ host
a=end-of-candidates
`)

/** aiortc offers the form from before RFC 8841 unless the offer that it answers was newer. */
export const aiortcOffer = sdp(`
v=0
o=- 3941290023 3941290023 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic:WMS *
m=application 44321 DTLS/SCTP 5000
c=IN IP4 192.0.2.40
a=mid:0
a=sctpmap:5000 webrtc-datachannel 65535
a=max-message-size:65536
a=candidate:5f0e4a6bd2c7e1b79c2f0f0a1c2d3e4f 1 udp 2130706431 192.0.2.40 44321 typ host
a=end-of-candidates
a=ice-ufrag:uL3d
a=ice-pwd:iKqXh7cXbYzqPzjKQbJ4nM
a=fingerprint:sha-256 ${digest}
a=fingerprint:sha-384 ${digest}:${digest.slice(0, 47)}
a=setup:actpass
`)

export const weriftAnswer = sdp(`
v=0
o=- 28418753 0 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic:WMS *
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:3f9c
a=ice-pwd:d0b6a6a1f6b24d0e9c3b6a
a=ice-options:trickle
a=fingerprint:sha-256 ${digest}
a=setup:active
a=mid:0
a=sendrecv
a=candidate:1f7a2b3c4d5e6f708192a3b4c5d6e7f8 1 udp 2130706431 192.0.2.50 50505 typ host generation 0 ufrag 3f9c
a=sctp-port:5000
a=max-message-size:65536
`)
