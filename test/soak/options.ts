import { availableParallelism } from 'node:os'

export interface Options {
  /** Ends after this time; null = only by the number of seeds. */
  readonly minutes: number | null
  readonly seeds: number
  readonly from: number
  readonly workers: number
}

export const usage = 'Usage: npm run soak -- [--minutes M] [--seeds N] [--from K] [--workers W]'

/** Without a time or a number. */
const usualSeeds = 100_000

/** The command's options, or a sentence on what is wrong with them. */
export function readOptions(args: readonly string[]): Options | string {
  let minutes: number | null = null
  let seeds: number | null = null
  let from = 1
  let workers = availableParallelism()
  for (let at = 0; at < args.length; at += 2) {
    const [option, value] = [args[at], args[at + 1]]
    const whole = value !== undefined && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : null
    if (option === '--minutes' && Number(value) > 0) minutes = Number(value)
    else if (option === '--seeds' && whole !== null) seeds = whole
    else if (option === '--from' && whole !== null) from = whole
    else if (option === '--workers' && whole !== null) workers = Math.min(whole, 64)
    else return `${option} ${value ?? ''} is not understood.`
  }
  return { minutes, seeds: seeds ?? (minutes === null ? usualSeeds : Infinity), from, workers }
}
