import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Tests that let whole sessions pass in virtual time, a suite of their own: `npm run check` is to take less than a minute. */
const sessions = [
  'src/engine/session/**/*.test.ts',
  'src/engine/capacity/bulk.test.ts',
  'src/engine/ice/suspicion.test.ts',
  'src/runtime/adapters/werift/{session,slow-link,stock}.test.ts',
  'src/runtime/loopback/{run-loopback,warm-up}.test.ts',
]

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify(version) },
  test: {
    passWithNoTests: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Files share their modules: half of the time went into loading the same ones for each. So no test may depend on what
          // another one left behind; a module that must be another one in a test is handed in.
          isolate: false,
          setupFiles: ['test/seed-properties.ts'],
          // A bound for what hangs; a busy machine may take its time.
          testTimeout: 60_000,
          include: [
            'src/**/*.test.{ts,tsx}',
            'test/bench/**/*.test.ts',
            'test/contract/**/*.test.ts',
            'test/fuzz/**/*.test.ts',
            'test/interop/**/*.test.ts',
            'scripts/**/*.test.mjs',
          ],
          exclude: sessions,
        },
      },
      {
        extends: true,
        test: {
          name: 'sessions',
          setupFiles: ['test/seed-properties.ts'],
          testTimeout: 60_000,
          include: sessions,
        },
      },
      {
        extends: true,
        test: {
          name: 'sim',
          include: ['test/sim/**/*.test.ts'],
          setupFiles: ['test/seed-properties.ts'],
          testTimeout: 240_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['scripts/suites/vitest-setup.mjs'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Network namespaces and their traffic counters are shared by the machine.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['scripts/suites/vitest-setup.mjs'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each test has two windows; more of them at once would measure the machine.
          fileParallelism: false,
        },
      },
    ],
  },
})
