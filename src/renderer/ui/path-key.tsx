import { pathStyle, type PathStyle, streamStyle } from '../../shared/paths'
import { useTheme } from './theme'

/** The colour of a pair in the theme that holds now. */
export function usePathColour(pairId: number): string {
  const theme = useTheme()
  return pathStyle(pairId - 1)[theme]
}

/** A short line in a path's colour and dash: its key in lists and tables. */
export function PathKey({ pairId, faded = false }: { readonly pairId: number; readonly faded?: boolean }) {
  return <Key style={pathStyle(pairId - 1)} faded={faded} />
}

/** The same for a stream. */
export function StreamKey({ stream }: { readonly stream: Parameters<typeof streamStyle>[0] }) {
  return <Key style={streamStyle(stream)} faded={false} />
}

function Key({ style, faded }: { readonly style: PathStyle; readonly faded: boolean }) {
  const theme = useTheme()
  return (
    <svg className="path-key" width="22" height="8" aria-hidden="true" opacity={faded ? 0.45 : 1}>
      <line
        x1="1"
        y1="4"
        x2="21"
        y2="4"
        stroke={style[theme]}
        strokeWidth="3"
        strokeDasharray={style.dash.join(' ')}
      />
    </svg>
  )
}
