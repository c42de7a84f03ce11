import { once } from 'node:events'
import { bundleMain } from './bundle'
import type { AttackOrder, AttackResult } from './attacker-words'
import type { Host } from './netns'

let bundle: Promise<string> | undefined

/** Attacks from the cable's end at a host, which is nothing but where the attacker plugs in. */
export async function attack(host: Host, order: AttackOrder): Promise<AttackResult> {
  bundle ??= bundleMain('attacker')
  const child = host.start(process.execPath, [await bundle, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, said] = ['', '']
  child.stdout!.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr!.on('data', (data: Buffer) => (said += data.toString()))
  await once(child, 'close')
  if (out === '') throw new Error(`The attacker failed: ${said}`)
  return JSON.parse(out) as AttackResult
}
