/** Chooses one stream: its kind, and the rate and size where it has them. */
import { useState } from 'react'
import { streamLimits } from '../../../shared/streams'
import type { StreamSpec } from '../../../shared/view'
import { Button, NumberField } from '../../ui'

type Kind = StreamSpec['kind']

const kinds: readonly { readonly kind: Kind; readonly label: string; readonly title: string }[] = [
  { kind: 'voice', label: 'voice', title: '50 packets a second of 160 bytes' },
  { kind: 'video', label: 'video', title: '30 frames a second in bursts, a key frame every 2 s' },
  { kind: 'cbr', label: 'constant rate', title: 'packets of one size at equal intervals' },
  { kind: 'bulk', label: 'bulk', title: 'as fast as the paths allow, held back where a queue builds up' },
]

interface Props {
  /** Why a button is dead. */
  readonly hint?: string | null
  /** What the buttons do, and what stands on them. */
  readonly actions: readonly {
    readonly label: string
    readonly disabled: boolean
    readonly take: (spec: StreamSpec) => void
  }[]
}

export function StreamPicker({ actions, hint = null }: Props) {
  const [kind, setKind] = useState<Kind>('video')
  const [rateMbps, setRateMbps] = useState(4)
  const [sizeBytes, setSizeBytes] = useState(1200)
  const [rateAble, setRateAble] = useState(true)
  const [sizeAble, setSizeAble] = useState(true)
  const able = (rateAble || !hasRate(kind)) && (sizeAble || kind !== 'cbr')
  const spec = specOf(kind, rateMbps, sizeBytes)
  return (
    <span className="row stream-picker">
      <select
        className="select"
        aria-label="Kind of stream"
        title={kinds.find((each) => each.kind === kind)?.title}
        value={kind}
        onChange={(event) => {
          const chosen = kinds.find((each) => each.kind === event.target.value)
          if (chosen !== undefined) setKind(chosen.kind)
        }}
      >
        {kinds.map((each) => (
          <option key={each.kind} value={each.kind} title={each.title}>
            {each.label}
          </option>
        ))}
      </select>
      {hasRate(kind) && <RateField value={rateMbps} onChange={setRateMbps} onAble={setRateAble} />}
      {kind === 'cbr' && <SizeField value={sizeBytes} onChange={setSizeBytes} onAble={setSizeAble} />}
      {actions.map(({ label, disabled, take }) => (
        <Button key={label} disabled={disabled || !able} onClick={() => take(spec)}>
          {label}
        </Button>
      ))}
      {hint !== null && <span className="dim">{hint}</span>}
    </span>
  )
}

function hasRate(kind: Kind): boolean {
  return kind === 'video' || kind === 'cbr'
}

interface FieldProps {
  readonly value: number
  readonly onChange: (value: number) => void
  readonly onAble?: (able: boolean) => void
}

export function RateField(props: FieldProps) {
  return (
    <NumberField
      label="at"
      unit="Mbit/s"
      min={streamLimits.leastRateBps / 1e6}
      max={streamLimits.rateBps / 1e6}
      {...props}
    />
  )
}

export function SizeField({ onChange, ...rest }: FieldProps) {
  return (
    <NumberField
      label="in"
      unit="bytes"
      min={streamLimits.leastBytes}
      max={streamLimits.bytes}
      {...rest}
      onChange={(bytes) => onChange(Math.round(bytes))}
    />
  )
}

function specOf(kind: Kind, rateMbps: number, sizeBytes: number): StreamSpec {
  const rateBps = Math.round(rateMbps * 1e6)
  if (kind === 'video') return { kind, rateBps }
  return kind === 'cbr' ? { kind, rateBps, sizeBytes } : { kind }
}
