/** Which screen the window shows. */
import { useEffect } from 'react'
import { failureOf, phaseOf } from '../../shared/view'
import { FailedScreen } from '../features/ended'
import { ExchangeScreen, usePasteAnywhere } from '../features/exchange'
import { HelpOverlay, useShortcuts } from '../features/help'
import { LiveScreen } from '../features/live'
import { NoticeLine } from '../features/notice'
import { SettingsOverlay, useThemeChoice } from '../features/settings'
import { StartScreen } from '../features/start'
import { type Live, useLive, useStore } from '../state'
import { ThemeContext } from '../ui'

export function Window() {
  const theme = useThemeChoice()
  useShortcuts()
  usePasteAnywhere()
  const live = useLive()
  const title = live?.view.title
  useEffect(() => {
    document.title = title === undefined ? 'Pathscope' : `${title} – Pathscope`
  }, [title])
  const overlay = useStore((store) => store.overlay)
  return (
    <ThemeContext value={theme}>
      {live === null ? <StartScreen /> : <SessionScreen live={live} />}
      <NoticeLine />
      {overlay === 'help' && <HelpOverlay />}
      {overlay === 'settings' && <SettingsOverlay />}
    </ThemeContext>
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
