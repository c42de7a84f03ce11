/** What the main process does for each call of the window. */
import { release, type } from 'node:os'
import { type BrowserWindow, clipboard, dialog, shell } from 'electron'
import { decodePaste, descriptionProblem, listInterfaces, makeFolder, reasonOf } from '../runtime'
import { type CallHandlers, failed, ok } from '../shared/ipc'
import { exportReport } from './session/export-report'
import type { SessionHost } from './session/session-host'
import type { SettingsFile } from './settings/settings-file'
import { applyTheme } from './window/main-window'

export interface HandlerParts {
  readonly window: () => BrowserWindow | null
  readonly host: SessionHost
  readonly settings: SettingsFile
  readonly sessionFolder: string
}

export function createCallHandlers({ window, host, settings, sessionFolder }: HandlerParts): CallHandlers {
  return {
    'app-info': () =>
      ok({
        name: 'Pathscope',
        version: __APP_VERSION__,
        os: `${type()} ${release()}`,
        electron: process.versions.electron ?? '',
        chromium: process.versions['chrome'] ?? '',
        node: process.versions.node,
        settingsProblem: settings.problem,
        sessionFolder,
      }),
    'interfaces-list': async () => ok(await listInterfaces()),
    'session-start': (start) => {
      const started = host.start(start)
      if (!started.ok || start.role === 'loopback') return started
      const { title, interfaces, mode, use, messages, streams } = start
      const [stun, turn] = [start.stun[0] ?? '', start.turn[0]]
      const relay = { turn: turn?.url ?? '', turnUser: turn?.username ?? '' }
      settings.change({ title, interfaces: interfaces, stun, ...relay, mode, use, messages, streams })
      return started
    },
    'session-attach': () => ok(host.attach()),
    'text-inspect': ({ text }) => {
      const read = decodePaste(text)
      if (read.kind === 'problem') return ok({ kind: 'problem', problem: read.problem })
      const { description } = read
      return ok({ kind: 'description', type: description.type, problem: descriptionProblem(description) })
    },
    'session-paste': ({ text }) => host.order({ kind: 'paste', text }),
    'session-command': (command) => host.order({ kind: 'command', command }),
    'session-stop': () => host.order({ kind: 'stop' }),
    'report-export': ({ formats }) => {
      const path = host.recordingPath()
      if (path === null) return failed('not-now', 'There is no recording to make a report of.')
      return exportReport(path, settings.current().reportFolder, formats)
    },
    'report-folder-open': async () => {
      const folder = settings.current().reportFolder
      try {
        makeFolder(folder)
      } catch (error) {
        return failed('file', `The folder ${folder} could not be made: ${reasonOf(error)}`)
      }
      const problem = await shell.openPath(folder)
      return problem === '' ? ok(null) : failed('file', `The folder could not be opened: ${problem}`)
    },
    'report-folder-choose': async () => {
      const parent = window()
      const asked = {
        title: 'Folder for reports',
        defaultPath: settings.current().reportFolder,
        properties: ['openDirectory' as const, 'createDirectory' as const],
      }
      const chosen = parent === null ? null : await dialog.showOpenDialog(parent, asked)
      const folder = chosen?.filePaths[0]
      if (chosen === null || chosen.canceled || folder === undefined) return ok(null)
      return changed(settings, { reportFolder: folder })
    },
    'settings-get': () => ok(settings.current()),
    'settings-set': (patch) => {
      if (patch.theme !== undefined) applyTheme(patch.theme)
      return changed(settings, patch)
    },
    'text-copy': ({ text }) => {
      clipboard.writeText(text)
      return ok(null)
    },
  }
}

function changed(settings: SettingsFile, patch: Parameters<SettingsFile['change']>[0]) {
  const result = settings.change(patch)
  return result.problem === null ? ok(result.settings) : failed('file', result.problem)
}
