import type { ReactNode } from 'react'
import { piecesOf } from './pieces'

/** Text whose numbers stay on one line with their units; the text itself is left as it is. */
export function Unbroken({ text }: { readonly text: string }): ReactNode {
  return piecesOf(text).map((piece, at) =>
    at % 2 === 0 ? (
      piece
    ) : (
      <span key={`${at}-${piece}`} className="fixed">
        {piece}
      </span>
    ),
  )
}
