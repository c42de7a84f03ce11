/**
 * Chromium as the peer, headless. Speaks the harness's lines (see ../peer.ts). Arguments: role, the program, and `hidden`
 * for .local names in place of addresses.
 */
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const [role, executablePath, names] = process.argv.slice(2)
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    // All interfaces are offered only to a page that may use the microphone; this one hears nothing.
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    ...(names === 'hidden' ? [] : ['--disable-features=WebRtcHideLocalIpsWithMdns']),
  ],
})
const page = await browser.newPage()
await page.exposeFunction('tell', tell)
await page.route('https://peer.test/', (route) =>
  route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>peer</title>' }),
)
await page.goto('https://peer.test/')
await page.evaluate(
  async ({ isOfferer, isHidden }) => {
    if (!isHidden) await navigator.mediaDevices.getUserMedia({ audio: true })
    const peer = new RTCPeerConnection()
    let messages = 0
    const echoOver = (channel) => {
      channel.binaryType = 'arraybuffer'
      channel.addEventListener('open', () => window.tell({ kind: 'open' }))
      channel.addEventListener('message', ({ data }) => {
        messages += 1
        channel.send(data)
      })
    }
    const describe = async (description) => {
      await peer.setLocalDescription(description)
      while (peer.iceGatheringState !== 'complete') await new Promise((done) => setTimeout(done, 20))
      const { type, sdp } = peer.localDescription
      window.tell({ kind: 'description', type, sdp })
    }
    peer.onconnectionstatechange = () => window.tell({ kind: 'state', state: peer.connectionState })
    peer.ondatachannel = ({ channel }) => echoOver(channel)
    window.count = async () => {
      const stats = [...(await peer.getStats()).values()]
      const pairs = stats.filter(({ type }) => type === 'candidate-pair')
      window.tell({
        kind: 'counts',
        messages,
        pairs: pairs.map(({ state, nominated, packetsReceived, packetsSent }) => ({
          state,
          nominated,
          packetsReceived,
          packetsSent,
        })),
      })
    }
    setInterval(window.count, 500)
    window.take = async (given) => {
      await peer.setRemoteDescription(given)
      if (given.type === 'offer') await describe(await peer.createAnswer())
    }
    if (isOfferer) {
      echoOver(peer.createDataChannel('stock'))
      await describe(await peer.createOffer())
    }
  },
  { isOfferer: role === 'offerer', isHidden: names === 'hidden' },
)
createInterface({ input: process.stdin })
  .on('line', (line) => page.evaluate((given) => window.take(given), JSON.parse(line)))
  .on('close', async () => {
    await page.evaluate(() => window.count())
    await browser.close()
    process.exit(0)
  })
