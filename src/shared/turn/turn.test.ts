import { describe, expect, it } from 'vitest'
import { accountProblem, parseTurnText, parseTurnUrl } from '.'

const account = (text: string) => {
  const parsed = parseTurnText(text)
  return parsed.kind === 'ok' ? parsed.account : undefined
}

describe('A TURN server on the command line', () => {
  it('is taken apart into an address without secrets, a user and a password', () => {
    expect(account('turn:ann:s3cret@relay.example:3479?transport=tcp')).toEqual({
      url: 'turn:relay.example:3479?transport=tcp',
      username: 'ann',
      password: 's3cret',
    })
  })

  it('may have colons and at signs in its password, and anything percent-encoded', () => {
    expect(account('TURNS:a%3Ab:p@s:s%25@[2001:db8::1]')).toEqual({
      url: 'turns:[2001:db8::1]',
      username: 'a:b',
      password: 'p@s:s%',
    })
  })

  it.each([
    'turn:host',
    'turn:ann@host',
    'turn:ann:geheim@',
    'turn:ann:geheim@ho st',
    'turn:ann:geheim%@host',
    'turn:ann:geheim@host:0',
    'turn:ann:geheim@host?transport=sctp',
    'turns:ann:geheim@host?transport=udp',
    'http://ann:geheim@host',
    `turn:ann:geheim@${'h'.repeat(400)}`,
  ])('is refused in words that hold no secret: %s', (text) => {
    const parsed = parseTurnText(text)
    expect(parsed.kind).toBe('problem')
    expect(parsed.kind === 'problem' && parsed.message).not.toMatch(/geheim|ann:/)
  })

  it('is refused without its credentials where they stand in the address field', () => {
    expect(accountProblem({ url: 'turn:ann:geheim@host', username: 'a', password: 'b' })).not.toContain(
      'geheim',
    )
  })
})

describe('The address of a TURN server', () => {
  it('has the ports of RFC 7065 and speaks UDP unless it says otherwise', () => {
    expect(parseTurnUrl('turn:h')).toEqual({ kind: 'ok', host: 'h', port: 3478, protocol: 'udp' })
    expect(parseTurnUrl('turn:h?transport=tcp')).toMatchObject({ port: 3478, protocol: 'tcp' })
    expect(parseTurnUrl('turns:h')).toMatchObject({ port: 5349, protocol: 'tls' })
  })
})
