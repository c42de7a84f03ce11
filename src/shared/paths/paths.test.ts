import { expect, it } from 'vitest'
import { distinctPathStyles, pathStyle } from '.'

it('gives every path up to the stated number a look of its own, on either ground', () => {
  for (const ground of ['dark', 'light'] as const) {
    const looks = Array.from({ length: distinctPathStyles }, (_, index) => {
      const style = pathStyle(index)
      return `${style[ground]} ${style.dash.join(' ')}`
    })
    expect(new Set(looks).size).toBe(looks.length)
  }
  expect(distinctPathStyles).toBeGreaterThanOrEqual(32)
})

it('differs in dash as well as colour among the first paths, so that neither is needed alone', () => {
  const first = Array.from({ length: 8 }, (_, index) => pathStyle(index))
  expect(new Set(first.map((style) => style.dash.join(' '))).size).toBe(8)
  expect(new Set(first.map((style) => style.dark)).size).toBe(8)
})

it('repeats after the last look instead of failing', () => {
  expect(pathStyle(distinctPathStyles)).toEqual(pathStyle(0))
  expect(pathStyle(-1)).toEqual(pathStyle(0))
})
