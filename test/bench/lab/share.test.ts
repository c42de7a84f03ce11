import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readShare } from './share'

describe('the share of a transfer beside TCP', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-share-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const [udp, tcp] = [17, 6]
  const line = (
    outMs: number,
    protocol: number,
    bytes = 1428,
    fate = 'delivered',
    way = 'left->right',
  ): string => `wifi,${way},0,0,${fate === 'delivered' ? outMs * 1e6 : ''},${bytes},${fate},${protocol},1,2`
  const shareOf = (lines: readonly string[]) => {
    const file = join(folder, 'packets.csv')
    const heads = [
      '# times: CLOCK_MONOTONIC ns',
      'link,direction,n,t_in_ns,t_out_ns,len,fate,proto,sport,dport',
    ]
    writeFileSync(file, `${[...heads, ...lines].join('\n')}\n`)
    return readShare(file, 'left->right')
  }

  it('is of what was delivered from the first to the last packet of data', async () => {
    const before = Array.from({ length: 50 }, (_, n) => line(n, tcp))
    const beside = [line(1000, udp), line(1200, tcp), line(1400, tcp), line(1600, tcp), line(2000, udp)]
    const after = Array.from({ length: 50 }, (_, n) => line(2001 + n, tcp))
    const { part, udpBps, tcpBps } = await shareOf([...before, ...beside, ...after])
    expect(part).toBeCloseTo(2 / 5)
    expect(udpBps).toBeCloseTo(2 * 1428 * 8)
    expect(tcpBps).toBeCloseTo(3 * 1428 * 8)
  })

  it('counts nothing that was lost, went the other way or is no data', async () => {
    const others = [
      line(0, udp, 1428, 'loss'),
      line(0, udp, 1428, 'queue'),
      line(500, udp, 120),
      line(1500, tcp, 60, 'delivered', 'right->left'),
    ]
    const beside = [line(1000, udp), line(1500, tcp), line(2000, udp)]
    expect((await shareOf([...others, ...beside])).part).toBeCloseTo(2 / 3)
  })

  it('is not made up where either was not there, or TCP ended before', async () => {
    await expect(shareOf([line(1, tcp), line(2, tcp)])).rejects.toThrow('not both')
    await expect(shareOf([line(1, udp), line(2, udp)])).rejects.toThrow('not both')
    await expect(shareOf([line(1, udp), line(2, tcp), line(5000, udp)])).rejects.toThrow('ended before')
  })
})
