import type { Log } from '../../ports'

const order = { debug: 0, info: 1, warn: 2, error: 3 } as const

export type LogLevel = keyof typeof order

/** One line an entry, "warn: …", from `least` upwards; to stderr unless another sink is given. */
export function nodeLog(
  least: LogLevel,
  sink: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  return {
    write(level, message) {
      if (order[level] >= order[least]) sink(`${level}: ${message.replace(/[\r\n]+/g, ' ')}\n`)
    },
  }
}
