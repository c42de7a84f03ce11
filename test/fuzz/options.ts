export interface Options {
  readonly seconds: number
  readonly seed: number
  readonly targets: readonly string[]
  /** Whether to write what was found into the kept corpus. */
  readonly keep: boolean
}

export const usage = 'Usage: npm run fuzz -- [--seconds 60] [--target NAME[,NAME]] [--seed 7] [--keep]'

/** The command's options, or a sentence on what is wrong with them. */
export function readOptions(args: readonly string[], names: readonly string[]): Options | string {
  let options: Options = { seconds: 60, seed: 1, targets: names, keep: false }
  for (let at = 0; at < args.length; at += 1) {
    const option = args[at]
    if (option === '--keep') {
      options = { ...options, keep: true }
      continue
    }
    at += 1
    const value = args[at]
    if (value === undefined) return `${option} needs a value, or is no option.`
    if (option === '--seconds' && Number(value) > 0) options = { ...options, seconds: Number(value) }
    else if (option === '--seed' && /^\d{1,9}$/.test(value)) options = { ...options, seed: Number(value) }
    else if (option === '--target') {
      const targets = value.split(',')
      const unknown = targets.find((name) => !names.includes(name))
      if (unknown !== undefined) return `There is no target ${unknown}; there are ${names.join(', ')}.`
      options = { ...options, targets }
    } else return `${option} ${value} is not understood.`
  }
  return options
}
