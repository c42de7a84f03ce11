/** The stock WebRTC programs that Pathscope is tried against, and what each needs of the machine. */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Role } from './peer'

const run = promisify(execFile)
/** Whether this runs from its source or from its bundle, both are two folders below the project's. */
const folder = fileURLToPath(new URL('../../test/interop/peers/', import.meta.url))
const buildFolder = fileURLToPath(new URL('../../out/interop/', import.meta.url))

export interface Installable {
  readonly name: string
  /** Debian packages that bring it; empty when it comes with the project's own dependencies. */
  readonly packages: readonly string[]
  isInstalled(): Promise<boolean>
}

export interface StockPeer extends Installable {
  /** Builds what must be built. The program and its arguments for each role. */
  prepare(): Promise<(role: Role) => readonly [command: string, ...args: string[]]>
}

/** Debian's, which finds Debian's packages. */
export const python = '/usr/bin/python3'

export const peerProgram = (file: string): string => join(folder, file)

const chromiumProgram = '/usr/bin/chromium'
const goSources = '/usr/share/gocode'

function chromium(name: string, names: 'shown' | 'hidden'): StockPeer {
  return {
    name,
    packages: ['chromium'],
    isInstalled: async () => existsSync(chromiumProgram),
    prepare: async () => (role) => [
      process.execPath,
      peerProgram('chromium.mjs'),
      role,
      chromiumProgram,
      names,
    ],
  }
}

export const stockPeers: readonly StockPeer[] = [
  {
    name: 'werift',
    packages: [],
    isInstalled: async () => true,
    prepare: async () => (role) => [process.execPath, peerProgram('werift.mjs'), role],
  },
  {
    name: 'aiortc',
    packages: ['python3-aiortc'],
    isInstalled: () => succeeds(python, ['-c', 'import aiortc']),
    prepare: async () => (role) => [python, peerProgram('aiortc_peer.py'), role],
  },
  {
    name: 'pion',
    packages: ['golang-go', 'golang-github-pion-webrtc.v3-dev'],
    isInstalled: async () =>
      existsSync(join(goSources, 'src/github.com/pion/webrtc')) && (await succeeds('go', ['version'])),
    async prepare() {
      const program = await buildPion()
      return (role) => [program, role]
    },
  },
  chromium('Chromium', 'shown'),
  chromium('Chromium, .local names', 'hidden'),
]

/** Debian's Go libraries are in a GOPATH tree, so that is how the program is built. */
async function buildPion(): Promise<string> {
  const goPath = join(buildFolder, 'go')
  const source = join(goPath, 'src', 'peer')
  const program = join(buildFolder, 'pion')
  mkdirSync(source, { recursive: true })
  copyFileSync(peerProgram('pion/main.go'), join(source, 'main.go'))
  writeFileSync(join(source, 'go.mod'), 'module peer\n')
  const env = {
    ...process.env,
    GO111MODULE: 'off',
    GOPATH: `${goPath}:${goSources}`,
    GOCACHE: join(buildFolder, 'go-cache'),
  }
  await run('go', ['build', '-o', program, '.'], { cwd: source, env })
  return program
}

export async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args)
    return true
  } catch {
    return false
  }
}
