/** The desktop app's composition root: puts window, session, settings and calls together. */
import { join } from 'node:path'
import { app, type BrowserWindow, ipcMain, Menu, session } from 'electron'
import { createCallHandlers } from './call-handlers'
import { serveCalls } from './ipc/serve-calls'
import { createSessionHost } from './session/session-host'
import { openSettings } from './settings/settings-file'
import { appPage } from './window/app-files'
import { announceAppProtocol, serveAppProtocol, serveFromDevServer } from './window/app-protocol'
import { createMainWindow } from './window/main-window'
import { guardSession, isAppUrl } from './window/security'

const log = (message: string): void => {
  process.stderr.write(`pathscope: ${message}\n`)
}

// As root Chromium runs only without its sandbox, and then asking for it would end the app in a loop.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
announceAppProtocol()

void app.whenReady().then(openApp)

function openApp(): void {
  // Recordings are the app's own business, reports are the user's.
  const sessionFolder = join(app.getPath('userData'), 'Sessions')
  const reportFolder = join(app.getPath('documents'), 'Pathscope')
  const settings = openSettings(join(app.getPath('userData'), 'settings.json'), reportFolder)
  if (settings.problem !== null) log(settings.problem)
  let window: BrowserWindow | null = null
  const host = createSessionHost({
    sessionFolder,
    app: { name: 'Pathscope', version: __APP_VERSION__ },
    send: (channel, name, payload) => {
      if (window !== null && !window.isDestroyed()) window.webContents.send(channel, name, payload)
    },
    log,
  })
  serveCalls({
    source: ipcMain,
    handlers: createCallHandlers({ window: () => window, host, settings, sessionFolder }),
    isTrusted: ({ senderFrame, sender }) =>
      senderFrame !== null &&
      senderFrame.parent === null &&
      isAppUrl(senderFrame.url) &&
      sender.id === window?.webContents.id,
    log,
  })
  guardSession(session.defaultSession)
  const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']
  if (devServer === undefined) serveAppProtocol(session.defaultSession, join(__dirname, '../renderer'))
  else serveFromDevServer(session.defaultSession, devServer)
  Menu.setApplicationMenu(process.platform === 'darwin' ? Menu.buildFromTemplate(macMenu) : null)
  window = createMainWindow(settings.current().theme, log)
  void window.loadURL(appPage)
  endInOrder(window, () => host.close())
}

/** macOS binds Quit, Copy and Paste to its menu; elsewhere keys do without one. */
const macMenu: Electron.MenuItemConstructorOptions[] = [{ role: 'appMenu' }, { role: 'editMenu' }]

/** The window goes at once; the session says goodbye to its peer before the app is gone. */
function endInOrder(window: BrowserWindow, closeSession: () => Promise<void>): void {
  window.webContents.on('render-process-gone', (_event, details) => {
    log(`the window's process is gone (${details.reason}); it is loaded anew`)
    if (!window.isDestroyed()) window.reload()
  })
  app.on('window-all-closed', () => app.quit())
  app.on('will-quit', (event) => {
    event.preventDefault()
    // Not `quit`, which would come back here.
    void closeSession().finally(() => app.exit(0))
  })
}
