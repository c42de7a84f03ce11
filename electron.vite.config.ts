import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const { version, dependencies } = JSON.parse(
  readFileSync(new URL('./package.json', import.meta.url), 'utf8'),
) as { version: string; dependencies: Readonly<Record<string, string>> }

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const define = { __APP_VERSION__: JSON.stringify(version) }
/** Loaded at run time: a native addon, and CommonJS that must stay one instance. Everything else is bundled. */
const external = ['electron', 'koffi', 'werift']
const bundled = Object.keys(dependencies).filter((name) => !external.includes(name))

export default defineConfig(({ command }) => ({
  main: {
    define,
    build: {
      outDir: 'out/main',
      // While developing, a file that is gone for a moment would be missed by the app that restarts.
      emptyOutDir: command === 'build',
      // The oldest runtime that Pathscope runs on: Electron 25 (Node 18, Chromium 114).
      target: 'node18',
      externalizeDeps: { exclude: bundled },
      rollupOptions: {
        external,
        input: { index: at('./src/main/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    define,
    build: {
      outDir: 'out/preload',
      emptyOutDir: command === 'build',
      target: 'node18',
      // A sandboxed preload can require nothing but electron: it must be one file.
      externalizeDeps: false,
      rollupOptions: {
        external: ['electron'],
        input: { index: at('./src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].js', codeSplitting: false },
      },
    },
  },
  renderer: {
    define,
    root: at('./src/renderer'),
    plugins: [react()],
    build: {
      outDir: at('./out/renderer'),
      target: 'chrome114',
      // The content security policy allows no inline data but images.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: { index: at('./src/renderer/index.html') } },
    },
  },
}))
