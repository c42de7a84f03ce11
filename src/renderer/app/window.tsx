/** Which screen the window shows. */
import { failureOf, phaseOf } from '../../shared/view'
import { FailedScreen } from '../features/ended/failed-screen'
import { ExchangeScreen } from '../features/exchange/exchange-screen'
import { HelpOverlay } from '../features/help/help-overlay'
import { LiveScreen } from '../features/live/live-screen'
import { SettingsOverlay } from '../features/settings/settings-overlay'
import { StartScreen } from '../features/start/start-screen'
import { useDocumentTheme } from '../ui/theme'
import { useLive, useStore } from './context'
import { NoticeLine } from './notice-line'
import type { Live } from './session-feed'
import { useShortcuts } from './shortcuts'

export function Window() {
  useDocumentTheme()
  useShortcuts()
  const live = useLive()
  const overlay = useStore((store) => store.overlay)
  return (
    <>
      {live === null ? <StartScreen /> : <SessionScreen live={live} />}
      <NoticeLine />
      {overlay === 'help' && <HelpOverlay />}
      {overlay === 'settings' && <SettingsOverlay />}
    </>
  )
}

function SessionScreen({ live }: { readonly live: Live }) {
  const phase = phaseOf(live.view)
  const failure = failureOf(live.view)
  if (phase === 'ended' && !live.view.wasOpen && failure !== null) {
    return <FailedScreen live={live} failure={failure} />
  }
  if (phase === 'live' || phase === 'ended') return <LiveScreen live={live} />
  return <ExchangeScreen live={live} phase={phase} />
}
