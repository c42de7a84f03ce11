import type { InterfaceKind } from '../../../engine'

/** What the Linux kernel tells of a link under /sys/class/net/NAME. */
export interface LinkFacts {
  readonly name: string
  /** ARPHRD_* of linux/if_arp.h; null when unknown. */
  readonly hardwareType: number | null
  /** DEVTYPE of the link's uevent: wlan, wwan, bridge, wireguard, …; null when the driver names none. */
  readonly deviceType: string | null
  readonly wireless: boolean
  /** Backed by a device on a bus, such as PCI or USB. */
  readonly physical: boolean
  /** Made by the tun driver (TUN or TAP). */
  readonly tun: boolean
}

const hardware = { ethernet: 1, ppp: 512, rawIp: 519, tunnels: [768, 769, 776, 778, 65534], loopback: 772 }

const cellularName = /^(wwan|wwp|rmnet|ccmni)/
const vpnName = /^(tun|tap|wg|ppp|ipsec|xfrm|tailscale|zt|nordlynx|proton)/
const virtualName = /^(veth|docker|br-|virbr|dummy|vnet|cni|flannel|cali|lxc|lxd|podman)/

/** The kind of a Linux link: what the kernel says counts first, the name last. A USB-tethered phone is ethernet. */
export function linuxKind(facts: LinkFacts): InterfaceKind {
  if (facts.hardwareType === hardware.loopback) return 'loopback'
  if (facts.wireless || facts.deviceType === 'wlan') return 'wifi'
  if (facts.deviceType === 'wwan' || facts.hardwareType === hardware.rawIp) return 'cellular'
  if (facts.tun || facts.deviceType === 'wireguard') return 'vpn'
  // Bonds and VLANs are how an uplink is reached, not private plumbing of this machine.
  if (facts.deviceType === 'bond' || facts.deviceType === 'vlan') return 'ethernet'
  if (cellularName.test(facts.name)) return 'cellular'
  if (facts.hardwareType === hardware.ppp) return 'vpn'
  if (facts.hardwareType !== null && hardware.tunnels.includes(facts.hardwareType)) return 'vpn'
  if (vpnName.test(facts.name)) return 'vpn'
  if (facts.physical) return facts.hardwareType === hardware.ethernet ? 'ethernet' : 'unknown'
  if (facts.deviceType !== null || virtualName.test(facts.name)) return 'virtual'
  return facts.hardwareType === hardware.ethernet ? 'virtual' : 'unknown'
}

/** The kind by name alone, for systems that tell no more. Apple's en0 may be Wi-Fi or Ethernet: unknown. */
export function kindByName(name: string, loopback: boolean): InterfaceKind {
  if (loopback) return 'loopback'
  const lower = name.toLowerCase()
  if (/wi-?fi|^wl|wireless/.test(lower)) return 'wifi'
  if (cellularName.test(lower) || /^pdp_ip|cellular|mobile/.test(lower)) return 'cellular'
  if (lower.startsWith('utun') || vpnName.test(lower) || /vpn|wireguard/.test(lower)) return 'vpn'
  if (/^(bridge|awdl|llw|anpi|ap)\d/.test(lower) || lower.startsWith('vethernet') || virtualName.test(lower))
    return 'virtual'
  if (/^(eth|enp|eno|ens|enx)/.test(lower)) return 'ethernet'
  return 'unknown'
}
