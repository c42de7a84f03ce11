import { useStore } from '../../state'
import { SocketSettings } from './socket-settings'
import { Button, NumberField, Overlay, Segmented } from '../../ui'

export function SettingsOverlay() {
  const close = useStore((store) => store.openOverlay)
  const settings = useStore((store) => store.settings)
  const info = useStore((store) => store.info)
  const save = useStore((store) => store.saveSettings)
  const choose = useStore((store) => store.chooseReportFolder)
  if (settings === null) return null
  return (
    <Overlay title="Settings" onClose={() => close(null)}>
      <dl className="settings">
        <dt>Theme</dt>
        <dd>
          <Segmented
            label="Theme"
            value={settings.theme}
            options={[
              { value: 'system', label: 'As the system' },
              { value: 'dark', label: 'Dark' },
              { value: 'light', label: 'Light' },
            ]}
            onChange={(theme) => void save({ theme })}
          />
        </dd>
        <dt>Wait for a silent peer</dt>
        <dd>
          <NumberField
            label="Reconnect for"
            unit="s"
            min={5}
            max={86_400}
            value={settings.reconnectFor}
            onChange={(reconnectFor) => void save({ reconnectFor })}
          />
          <span className="dim">when every path is down; from the next session on</span>
        </dd>
        <SocketSettings sockets={settings.sockets} onChange={(sockets) => void save({ sockets })} />
        <dt>Reports go to</dt>
        <dd>
          <span className="path-text">{settings.reportFolder}</span>
          <Button onClick={() => void choose()}>Change folder</Button>
        </dd>
        <dt>Recordings go to</dt>
        <dd>
          <span className="path-text">{info?.sessionFolder}</span>
        </dd>
        {info !== null && (
          <>
            <dt>About</dt>
            <dd className="dim">
              {info.name} {info.version}, Electron {info.electron}, Chromium {info.chromium}, Node {info.node}
              , {info.os}
            </dd>
          </>
        )}
      </dl>
    </Overlay>
  )
}
