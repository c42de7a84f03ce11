import type { Report } from './schema'

/** Pair ids in the order that fixes colour and dash: by id. The place in it is the `index` of `pathStyle`. */
export function pathOrder({ pairs }: Report): readonly number[] {
  return pairs.map(({ id }) => id).sort((a, b) => a - b)
}
