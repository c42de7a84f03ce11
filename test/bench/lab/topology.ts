/** What a topology's file sets each link to, so that events can be undone. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Direction, labFolder } from './lab'

/** Words of `lab set` by name, such as `delay` and `20ms`. */
export type Impairments = Readonly<Record<string, string>>

export interface TopologyLink {
  readonly name: string
  readonly in: Readonly<Record<Direction, Impairments>>
}

interface LinkFile {
  readonly name: string
  readonly both?: Impairments
  readonly 'left->right'?: Impairments
  readonly 'right->left'?: Impairments
}

/** The links of one of the lab's own topologies, in its order. */
export function readTopology(name: string): TopologyLink[] {
  const text = readFileSync(join(labFolder(), 'topologies', `${name}.json`), 'utf8')
  const { links } = JSON.parse(text) as { readonly links: readonly LinkFile[] }
  return links.map((link) => ({
    name: link.name,
    in: {
      'left->right': { ...link.both, ...link['left->right'] },
      'right->left': { ...link.both, ...link['right->left'] },
    },
  }))
}
