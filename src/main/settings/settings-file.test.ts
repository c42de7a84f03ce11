import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSettings } from './settings-file'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pathscope-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = () => join(folder, 'settings.json')

it('starts with the usual settings where there is no file, and writes none before something changes', () => {
  const settings = openSettings(file(), '/reports')
  expect(settings.problem).toBeNull()
  expect(settings.current()).toMatchObject({ theme: 'system', stun: '', reportFolder: '/reports' })
  expect(readdirSync(folder)).toEqual([])
})

it('remembers a change, and leaves no half-written file behind', () => {
  expect(openSettings(file(), '/reports').change({ theme: 'dark' }).problem).toBeNull()
  expect(openSettings(file(), '/reports').current().theme).toBe('dark')
  expect(readdirSync(folder)).toEqual(['settings.json'])
})

it('reads a file from before a setting was there, and a change of another setting leaves that one alone', () => {
  openSettings(file(), '/reports').change({ reconnectFor: 60 })
  expect(openSettings(file(), '/reports').change({ theme: 'dark' }).settings.reconnectFor).toBe(60)
  const { reconnectFor: _, ...older } = JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>
  writeFileSync(file(), JSON.stringify(older))
  const settings = openSettings(file(), '/reports')
  expect(settings.problem).toBeNull()
  expect(settings.current()).toMatchObject({ theme: 'dark', reconnectFor: 300 })
})

it.each(['', '{', '[]', '{"version":1}', '{"version":2,"theme":"dark"}', 'null'])(
  'keeps a broken file (%s) aside, says so, and goes on with the usual settings',
  (text) => {
    writeFileSync(file(), text)
    const settings = openSettings(file(), '/reports')
    expect(settings.problem).toContain(`${file()}.broken`)
    expect(settings.current().theme).toBe('system')
    expect(readFileSync(`${file()}.broken`, 'utf8')).toBe(text)
    expect(existsSync(file())).toBe(false)
  },
)

it('says when the settings cannot be saved, and holds them meanwhile', () => {
  writeFileSync(join(folder, 'blocked'), '')
  const settings = openSettings(join(folder, 'blocked', 'settings.json'), '/reports')
  const changed = settings.change({ theme: 'light' })
  expect(changed.problem).toMatch(/could not be saved/)
  expect(settings.current().theme).toBe('light')
})
