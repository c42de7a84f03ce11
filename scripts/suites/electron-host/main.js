/**
 * Runs a node:test file inside Electron's main process, where the engine's worker lives in the app:
 *
 *     electron electron-host file.cjs
 *
 * node:test sums up when the event loop runs dry, and Electron's never does; so the end is told to it once all of the
 * file's tests have settled.
 */
const { app } = require('electron')
const Module = require('node:module')
const nodeTest = require('node:test')

const running = []
const load = Module._load

Module._load = (request, ...rest) => (request === 'node:test' ? watched : load(request, ...rest))

const watched = Object.assign(watch(nodeTest), nodeTest, {
  test: watch(nodeTest.test),
  it: watch(nodeTest.it),
  describe: watch(nodeTest.describe),
})

function watch(start) {
  return (...args) => {
    const settled = start(...args)
    running.push(settled)
    return settled
  }
}

app.on('window-all-closed', () => {})
app.whenReady().then(async () => {
  require(process.argv.at(-1))
  await Promise.allSettled(running)
  process.emit('beforeExit', 0)
  // The summary is written asynchronously; the status is set with it.
  setTimeout(() => app.exit(process.exitCode ?? 0), 200)
})
