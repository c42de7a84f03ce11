import type { B } from './circle-of-types-b'

export interface A {
  readonly b: B
}
