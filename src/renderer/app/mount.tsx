import 'uplot/dist/uPlot.min.css'
import '../styles/index.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { PathscopeApi } from '../../shared/ipc'
import { AppContext } from '../state'
import { createApp } from './create-app'
import { Window } from './window'

/** Draws the app into the page, over whichever implementation of the API it is given. */
export function mount(api: PathscopeApi): void {
  const root = document.getElementById('root')
  if (root === null) throw new Error('the page has no root')
  const app = createApp(api)
  app.start()
  createRoot(root).render(
    <StrictMode>
      <AppContext value={app}>
        <Window />
      </AppContext>
    </StrictMode>,
  )
}
