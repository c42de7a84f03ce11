/**
 * What the integration and e2e suites stand on, for vitest: a build and, for e2e, an Electron and a virtual display.
 * `npm test` prepares it once for all suites; here is what makes `npx vitest run test/e2e/...` work by itself.
 *
 * Tests find it in the environment: ELECTRON_EXEC_PATH is the program to launch, DISPLAY the display.
 */
import { buildAll } from '../build.mjs'
import { startVirtualDisplay } from '../display.mjs'
import { electronEnvironment, resolveElectron } from '../electron/index.mjs'
import { ensureSystem } from '../system-packages.mjs'

/** @param {{ name: string }} project vitest's */
export default async function setup({ name }) {
  if (process.env.PATHSCOPE_PREPARED) return undefined
  await buildAll()
  if (name !== 'e2e') return undefined
  const electron = await resolveElectron()
  await ensureSystem({ programs: ['ldd', 'Xvfb'], binary: electron.path })
  Object.assign(process.env, electronEnvironment(electron))
  const { display, stop } = await startVirtualDisplay()
  process.env.DISPLAY = display
  return stop
}
