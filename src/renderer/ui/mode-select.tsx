import { type Mode } from '../../shared/view'
import { modeMeanings, modeNames, modeWords } from '../../shared/words'

interface Props {
  readonly label: string
  readonly value: Mode
  readonly onChange: (mode: Mode) => void
  /** Without a frame, for what stands beside a choice that matters more. */
  readonly slim?: boolean
}

/** How packets are spread: six ways, of which the chosen one explains itself on hover. */
export function ModeSelect({ label, value, onChange, slim = false }: Props) {
  return (
    <select
      className={slim ? 'select slim' : 'select mode'}
      aria-label={label}
      title={modeMeanings[value]}
      value={value}
      onChange={(event) => {
        const mode = modeNames.find((name) => name === event.target.value)
        if (mode !== undefined) onChange(mode)
      }}
    >
      {modeNames.map((mode) => (
        <option key={mode} value={mode} title={modeMeanings[mode]}>
          {modeWords[mode]}
        </option>
      ))}
    </select>
  )
}
