import { runInterfaces } from './interfaces-command'
import { parseCommand } from './options'
import { runReport } from './report-command'
import { runSessionCommand } from './session-command'
import type { Surroundings } from './surroundings'
import { exitStatus, helpText, type ExitStatus } from './words'

/** Runs the command line to its exit status. */
export async function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitStatus> {
  const command = parseCommand(args)
  switch (command.kind) {
    case 'help':
      around.stdout.write(helpText)
      return exitStatus.done
    case 'version':
      around.stdout.write(`${around.appVersion}\n`)
      return exitStatus.done
    case 'wrong':
      around.stderr.write(`${command.message}\npathscope --help tells more.\n`)
      return exitStatus.usage
    case 'interfaces':
      return runInterfaces(command.json, around)
    case 'report':
      return runReport(command, around)
    case 'session':
      return runSessionCommand(command.options, around)
  }
}
