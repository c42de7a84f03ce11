import { describe, expect, it } from 'vitest'
import { parsePathName, pathNameText } from './path-words'

const named = (text: string) => {
  const name = parsePathName(text)
  if (name === undefined) throw new Error(`${text} is no path`)
  return name
}

describe('the name of a path', () => {
  it('is an interface, or one and the end at the peer', () => {
    expect(named('eth0')).toEqual({ local: 'eth0', remote: null })
    expect(named(' eth0/br-lan.5')).toEqual({ local: 'eth0', remote: 'br-lan.5' })
    expect(named('eth0/2001:db8::1')).toEqual({ local: 'eth0', remote: '2001:db8::1' })
    for (const text of ['eth0', 'eth0/wlan0']) expect(pathNameText(named(text))).toBe(text)
  })

  it.each(['', '/', '/wlan0', 'eth0/', 'eth0/wlan0/x'])('is not "%s"', (text) => {
    expect(parsePathName(text)).toBeUndefined()
  })
})
