import manifest from '../package.json' with { type: 'json' }
import { type CommandName, type Commands, runCommand } from './commands.ts'
import { readEnvironment } from './environment.ts'
import { OutputClosed } from './interruption.ts'
import type { Io } from './io.ts'
import { createProgram, readArguments } from './program.ts'
import { reportFailure } from './report-failure.ts'
import { abortOnSignals } from './signals.ts'

/** Runs the command that the arguments name. The only place that turns errors into exit codes. */
const main = async (args: readonly string[]): Promise<void> => {
  const controller = new AbortController()
  const { stdin, stdout, stderr } = process
  const io: Io = { stdin, stdout, stderr, environment: readEnvironment(), signal: controller.signal }
  using _ = abortOnSignals(controller)
  // Without listeners, a reader that has gone away would end the process with a stack trace.
  stdout.on('error', () => controller.abort(new OutputClosed('standard output is closed')))
  stderr.on('error', () => undefined)
  const run = async <Name extends CommandName>(name: Name, options: Commands[Name]): Promise<void> => {
    process.exitCode = await runCommand(name, options, io)
  }
  try {
    const json = args.includes('--json')
    const program = createProgram(run, { version: manifest.version, writeOut: text => void stdout.write(text), json })
    await program.parseAsync(readArguments(program, args), { from: 'user' })
  } catch (error) {
    const cause = controller.signal.reason instanceof OutputClosed ? controller.signal.reason : error
    process.exitCode = reportFailure(cause, io, args.includes('--json'))
  }
}

await main(process.argv.slice(2))
