import { describe, expect, it } from 'vitest'
import { kindByName, type LinkFacts, linuxKind } from './interface-kind'

const link = (facts: Partial<LinkFacts>): LinkFacts => ({
  name: 'x0',
  hardwareType: 1,
  deviceType: null,
  wireless: false,
  physical: false,
  tun: false,
  ...facts,
})

describe('The kind of a Linux link', () => {
  it.each([
    ['loopback', 'the loopback', { name: 'lo', hardwareType: 772 }],
    ['ethernet', 'a network card', { name: 'enp3s0', physical: true }],
    ['ethernet', 'a phone tethered by USB', { name: 'usb0', physical: true, deviceType: 'gadget' }],
    ['ethernet', 'a VLAN of a card', { name: 'enp3s0.7', deviceType: 'vlan' }],
    ['ethernet', 'a bond of cards', { name: 'bond0', deviceType: 'bond' }],
    ['wifi', 'a radio by its DEVTYPE', { name: 'wlp2s0', physical: true, deviceType: 'wlan' }],
    ['wifi', 'a radio by its wireless folder', { name: 'eth1', physical: true, wireless: true }],
    ['cellular', 'a modem by its DEVTYPE', { name: 'mobile', physical: true, deviceType: 'wwan' }],
    ['cellular', 'a modem by its raw-IP type', { name: 'm0', hardwareType: 519 }],
    ['cellular', 'a modem by its name', { name: 'wwan0', physical: true }],
    ['vpn', 'a TUN device of any name', { name: 'office', hardwareType: 65534, tun: true }],
    ['vpn', 'a TAP device, though it looks like ethernet', { name: 'office', tun: true }],
    ['vpn', 'WireGuard', { name: 'wg0', hardwareType: 65534, deviceType: 'wireguard' }],
    ['vpn', 'PPP', { name: 'ppp0', hardwareType: 512, deviceType: 'ppp' }],
    ['virtual', 'a veth of a container, though it is called eth0', { name: 'eth0' }],
    ['virtual', 'a bridge', { name: 'docker0', deviceType: 'bridge' }],
    ['virtual', 'a dummy', { name: 'dummy0' }],
    ['unknown', 'hardware of another type', { name: 'ib0', hardwareType: 32, physical: true }],
  ] as const)('is %s for %s', (kind, _what, facts) => {
    expect(linuxKind(link(facts))).toBe(kind)
  })
})

describe('The kind by name', () => {
  it.each([
    ['lo0', true, 'loopback'],
    ['en0', false, 'unknown'],
    ['utun3', false, 'vpn'],
    ['pdp_ip0', false, 'cellular'],
    ['awdl0', false, 'virtual'],
    ['bridge100', false, 'virtual'],
    ['Wi-Fi', false, 'wifi'],
    ['Ethernet 2', false, 'ethernet'],
    ['vEthernet (WSL)', false, 'virtual'],
    ['Mobile Broadband', false, 'cellular'],
    ['NordVPN', false, 'vpn'],
    ['wlan0', false, 'wifi'],
    ['eth0', false, 'ethernet'],
    ['something', false, 'unknown'],
  ] as const)('of %s (loopback: %s) is %s', (name, loopback, kind) => {
    expect(kindByName(name, loopback)).toBe(kind)
  })
})
