import { join } from 'node:path'
import { BrowserWindow, nativeTheme } from 'electron'
import type { Settings } from '../../shared/ipc'
import { guardContents } from './security'

/** Grounds of the two themes, so that the window does not flash before its page is drawn. */
const grounds = { dark: '#0f1216', light: '#f6f7f9' }

export function createMainWindow(theme: Settings['theme'], log: (message: string) => void): BrowserWindow {
  applyTheme(theme)
  const window = new BrowserWindow({
    width: 1360,
    height: 860,
    minWidth: 900,
    minHeight: 600,
    useContentSize: true,
    show: false,
    title: 'Pathscope',
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? grounds.dark : grounds.light,
    webPreferences: {
      preload: join(__dirname, '../preload/index.js'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      // Graphs of a window in the background go on: a session is watched from the corner of an eye.
      backgroundThrottling: false,
    },
  })
  guardContents(window.webContents, log)
  window.once('ready-to-show', () => window.show())
  return window
}

/** The system's own surfaces (dialogs, scrollbars, menus) follow the theme as well. */
export function applyTheme(theme: Settings['theme']): void {
  nativeTheme.themeSource = theme
}
