import { useState } from 'react'
import { formatPorts, parsePorts, type SocketChoice } from '../../../shared/session'
import { Segmented } from '../../ui'

interface Props {
  readonly sockets: SocketChoice
  readonly onChange: (sockets: SocketChoice) => void
}

/** How sockets are bound, and which ports they may have. */
export function SocketSettings({ sockets, onChange }: Props) {
  const { binding, ports } = sockets
  const [typed, setTyped] = useState(ports === null ? '' : formatPorts(ports))
  const parsed = typed.trim() === '' ? null : parsePorts(typed)
  const change = (text: string): void => {
    setTyped(text)
    const next = text.trim() === '' ? null : parsePorts(text)
    if (typeof next !== 'string') onChange({ binding, ports: next })
  }
  return (
    <>
      <dt>Sockets are bound</dt>
      <dd>
        <Segmented
          label="Binding"
          value={binding}
          options={[
            { value: 'device', label: 'To the device' },
            { value: 'address', label: 'To the address only' },
          ]}
          onChange={(next) => onChange({ binding: next, ports })}
        />
        <span className="dim">
          {binding === 'device'
            ? 'packets leave by the interface, where the system can'
            : 'the routing table chooses the link, as for most programs'}
        </span>
      </dd>
      <dt>
        <label htmlFor="ports">UDP ports</label>
      </dt>
      <dd>
        <input
          id="ports"
          type="text"
          className="short"
          value={typed}
          placeholder="any"
          maxLength={16}
          spellCheck={false}
          onChange={(event) => change(event.target.value)}
        />
        {typeof parsed === 'string' ? (
          <span className="problem">{parsed}</span>
        ) : (
          <span className="dim">such as 50000-50100; from the next session on</span>
        )}
      </dd>
    </>
  )
}
