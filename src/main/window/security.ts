/** What a page of the app may do: nothing but show itself and call the listed channels. */
import type { Session, WebContents } from 'electron'
import { appOrigin } from './app-files'

/** True for the app's own page, whatever its query. */
export function isAppUrl(url: string): boolean {
  return url === appOrigin || url.startsWith(`${appOrigin}/`)
}

export function guardContents(contents: WebContents, log: (message: string) => void): void {
  const refuse = (what: string) => (event: { preventDefault: () => void }) => {
    event.preventDefault()
    log(`refused ${what}`)
  }
  contents.on('will-navigate', refuse('navigation'))
  contents.on('will-redirect', refuse('redirection'))
  contents.on('will-attach-webview', refuse('a webview'))
  contents.setWindowOpenHandler(() => {
    log('refused a new window')
    return { action: 'deny' }
  })
}

/** No permission is ever needed: the clipboard is written by the main process. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
}
