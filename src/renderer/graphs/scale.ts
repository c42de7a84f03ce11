/** Where the y axis ends, and which of its values are named. */

/** The next of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten, so that the scale does not move with every sample. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= value * 0.9999) ?? 10
  return step * power
}

/** From 0 in steps up to the top; 0 and the top where no step has room, as a line without a scale says nothing. */
export function axisValues(top: number, step: number): number[] {
  const steps = step > 0 ? Math.floor(top / step + 1e-9) : 0
  if (steps < 1) return [0, top]
  return Array.from({ length: steps + 1 }, (_, at) => Number((at * step).toPrecision(12)))
}
