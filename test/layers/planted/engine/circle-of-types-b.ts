import type { A } from './circle-of-types-a'

export interface B {
  readonly a: A
}
