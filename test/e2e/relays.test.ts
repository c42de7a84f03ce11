/** TURN servers in the window: asked for at the start, seen while they are asked, and what goes wrong in words. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchApp, loopbackOnly, type RunningApp } from './harness'

let app: RunningApp

beforeAll(async () => {
  app = await launchApp({ ...loopbackOnly, theme: 'light' })
})
afterAll(() => app?.close())

it('asks for an account once a server is named, and shows what became of the server', async () => {
  const { page } = app
  expect(await page.getByLabel('Password').count()).toBe(0)
  // Nothing can listen there: the port is reserved.
  await page.getByLabel('TURN server').fill('127.0.0.1:1?transport=tcp')
  await page.getByLabel('User').fill('ann')
  await page.getByLabel('Password').fill('g3heim')
  await app.picture('relay-asked-for')
  await page.getByRole('button', { name: 'Create offer' }).click()
  const servers = page.getByRole('region', { name: 'Servers' })
  await servers.getByText('turn:127.0.0.1:1?transport=tcp').waitFor()
  await servers.getByText(/Nothing listens on port 1 of 127\.0\.0\.1/).waitFor()
  // The offer does not wait for it.
  await page.getByRole('button', { name: 'Copy offer' }).waitFor()
  await app.picture('relay-refused')
})

it('remembers server and user, and forgets the password', async () => {
  await expect
    .poll(() => readFileSync(join(app.userData, 'settings.json'), 'utf8'))
    .toContain('"turnUser": "ann"')
  expect(readFileSync(join(app.userData, 'settings.json'), 'utf8')).not.toContain('g3heim')
  expect(app.log()).not.toContain('g3heim')
})
