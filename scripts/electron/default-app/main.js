/**
 * Starts the app whose path is given on the command line, as the default app of an official Electron does:
 *
 *     electron [-r module]... [switches] path [the app's own arguments]
 *
 * The registry-carried runtime comes without one.
 */
const { app } = require('electron')
const fs = require('node:fs')
const Module = require('node:module')
const path = require('node:path')

const { preloads, appPath } = readArguments(process.argv.slice(1))
for (const preload of preloads) Module._load(preload, module, false)
if (appPath === undefined) {
  process.stderr.write('usage: electron [-r module]... path-to-app [arguments]\n')
  app.exit(2)
} else {
  load(path.resolve(appPath))
}

function readArguments(args) {
  const preloads = []
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i]
    if (arg === '-r' || arg === '--require') {
      i += 1
      if (args[i] !== undefined) preloads.push(args[i])
    } else if (arg.startsWith('--require=')) {
      preloads.push(arg.slice('--require='.length))
    } else if (!arg.startsWith('-')) {
      return { preloads, appPath: arg }
    }
  }
  return { preloads, appPath: undefined }
}

function load(target) {
  process.defaultApp = true
  let root = path.dirname(target)
  const manifestPath = path.join(target, 'package.json')
  if (fs.existsSync(manifestPath)) {
    const manifest = JSON.parse(fs.readFileSync(manifestPath, 'utf8'))
    const name = manifest.productName ?? manifest.name
    if (manifest.version) app.setVersion(manifest.version)
    if (name) app.name = name
    app.setDesktopName(manifest.desktopName ?? `${app.name}.desktop`)
    root = target
  }
  app.setAppPath(root)
  try {
    // As the program's main module, so that `require.main` is the app's.
    Module._load(Module._resolveFilename(target, null, true), Module, true)
  } catch (error) {
    process.stderr.write(`${error.stack}\n`)
    app.exit(1)
  }
}
