/** The interfaces of this machine, to tick. */
import type { InterfaceAddress, InterfaceInfo } from '../../../shared/session'
import { chosenInterfaces, usableInterface } from '../../../shared/view'
import {
  addressMarks,
  bindingWords,
  formatDefaultRoutes,
  formatLinkSpeed,
  interfaceKindWords,
} from '../../../shared/words'
import { useStore } from '../../state'
import { Button } from '../../ui'

export function InterfaceChoice() {
  const interfaces = useStore((store) => store.interfaces)
  const problem = useStore((store) => store.interfacesProblem)
  const form = useStore((store) => store.form)
  const change = useStore((store) => store.changeForm)
  const load = useStore((store) => store.loadInterfaces)
  const chosen = chosenInterfaces(form.interfaces, interfaces ?? [])
  const toggle = (name: string, on: boolean): void =>
    change({ interfaces: on ? [...chosen, name] : chosen.filter((each) => each !== name) })
  return (
    <div className="interfaces">
      <div className="section-head">
        <h2>Interfaces</h2>
        <span className="dim">
          {interfaces === null ? '' : `${chosen.length} of ${interfaces.length} chosen`}
        </span>
        <span className="space" />
        {form.interfaces !== null && (
          <Button look="link" onClick={() => change({ interfaces: null })}>
            Usual choice
          </Button>
        )}
        <Button look="link" onClick={() => void load()}>
          Look again
        </Button>
      </div>
      {problem !== null && <p className="problem">The interfaces could not be listed: {problem}</p>}
      {interfaces === null && problem === null && <p className="dim">Looking for interfaces …</p>}
      <ul className="interface-list">
        {sorted(interfaces ?? []).map((each) => (
          <InterfaceRow
            key={each.name}
            info={each}
            isDefaultRoute={isDefaultRoute(each, interfaces ?? [])}
            checked={chosen.includes(each.name)}
            onChange={(on) => toggle(each.name, on)}
          />
        ))}
      </ul>
      {interfaces !== null && chosen.length === 0 && (
        <p className="problem">
          No interface is chosen: the usual choice will be used. Tick at least one to change that.
        </p>
      )}
    </div>
  )
}

function InterfaceRow(props: {
  readonly info: InterfaceInfo
  readonly isDefaultRoute: boolean
  readonly checked: boolean
  readonly onChange: (on: boolean) => void
}) {
  const { info, isDefaultRoute: isDefault, checked, onChange } = props
  const able = usableInterface(info)
  return (
    <li className={able ? '' : 'off'}>
      <label>
        <input
          type="checkbox"
          checked={checked}
          disabled={!able}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span className="name">{info.name}</span>
        <span className="dim kind">{interfaceKindWords[info.kind]}</span>
        <span className="addresses">
          {info.addresses
            .filter((address) => !address.linkLocal || info.addresses.every((each) => each.linkLocal))
            .map((address) => (
              <span key={address.address} className={address.deprecated === true ? 'dim' : undefined}>
                {address.address}
                <AddressMark address={address} />
              </span>
            ))}
          {info.addresses.length === 0 && <span className="dim">no address</span>}
        </span>
        <span className="facts dim">{factsOf(info)}</span>
        <span className="marks">
          {isDefault && (
            <span className="mark" title={`Most programs use it. Metrics: ${formatDefaultRoutes(info.link)}`}>
              default route
            </span>
          )}
          {!info.up && <span className="mark">down</span>}
          {info.up && info.binding === 'address' && !info.loopback && (
            <span className="mark warn" title={info.bindingReason ?? undefined}>
              {bindingWords.address}
            </span>
          )}
        </span>
      </label>
      {able && checked && info.binding === 'address' && !info.loopback && (
        <p className="hint">
          Packets may leave by another link{info.bindingReason === null ? '.' : `: ${info.bindingReason}`}
        </p>
      )}
    </li>
  )
}

function AddressMark({ address }: { readonly address: InterfaceAddress }) {
  const marks = addressMarks({ ...address, linkLocal: false })
  return marks === '' ? null : <span className="dim"> {marks}</span>
}

/** Its default route of a family has the lowest metric of all. */
function isDefaultRoute({ link }: InterfaceInfo, all: readonly InterfaceInfo[]): boolean {
  const routes = all.flatMap((each) => each.link?.defaultRoutes ?? [])
  return (link?.defaultRoutes ?? []).some(({ family, metric }) =>
    routes.every((other) => other.family !== family || other.metric >= metric),
  )
}

/** "1 Gbit/s · MTU 1500". */
function factsOf({ link }: InterfaceInfo): string {
  const mtu = link?.mtu ?? null
  const parts = [formatLinkSpeed(link), mtu === null ? '' : `MTU ${mtu}`]
  return parts.filter((part) => part !== '').join(' · ')
}

/** Usable ones first, loopback after real links, otherwise as the system lists them. */
function sorted(interfaces: readonly InterfaceInfo[]): readonly InterfaceInfo[] {
  const rank = (each: InterfaceInfo): number => (usableInterface(each) ? 0 : 2) + (each.loopback ? 1 : 0)
  return [...interfaces].sort((a, b) => rank(a) - rank(b))
}
