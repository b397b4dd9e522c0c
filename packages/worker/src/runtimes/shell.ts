import { stat } from 'node:fs/promises'
import { isOwnPlace, type Places } from '../places.ts'
import { commandEnvironment } from '../process/command-environment.ts'
import { Exchange } from '../process/exchange.ts'
import { runGuarded } from '../process/run-guarded.ts'
import { Strays } from '../process/strays.ts'
import type { Finish, RunnableTask, RunOptions, Runtime, RuntimeIo } from './runtime.ts'

const resultChars = 64 * 1024
const errorChars = 4 * 1024
/** EX_TEMPFAIL of sysexits.h: the command says that it may work another time. */
const tempFail = 75

export interface ShellOptions {
  command: string
  /** Where tasks without a codebase run. */
  directory: string
  /** Only in these, and in `directory`, does anything run. */
  places: Places
  environment: Readonly<Record<string, string | undefined>>
  /** Names of variables that the command gets from the environment, beside the harmless ones. */
  pass: readonly string[]
}

/**
 * Runs a command for each task: the prompt on its standard input and in CODETETHER_PROMPT, the codebase as its directory. What it writes
 * is the output. Exit code 0 completes the task, with the end of standard output as the result; 75 fails it for now, others for good.
 */
export function createShellRuntime(options: ShellOptions): Runtime {
  const strays = new Strays()
  return { name: 'shell', run: (task, run) => runCommand({ ...options, strays }, task, run) }
}

async function runCommand(
  { command, directory, places, environment, pass, strays }: ShellOptions & { strays: Strays },
  task: RunnableTask,
  { io, approve, listen, signal }: RunOptions,
): Promise<Finish> {
  const cwd = task.path ?? directory
  if (task.path !== null && !(await isOwnPlace(places, task.path)))
    throw new Error(`${task.path} is no directory of this worker`)
  if (!(await isDirectory(cwd))) throw new Error(`the directory ${cwd} is not there`)
  await using exchange = await Exchange.open(task.checkpoint, io)
  listen(message => exchange.tell(message))
  const ended = await runGuarded(command, {
    cwd,
    env: commandEnvironment({ environment, pass, task, approve, exchange: exchange.variables }),
    input: task.prompt,
    onOutput: (stream, chunk) => io.output(stream, chunk),
    strays,
    signal,
  })
  await exchange.end()
  await io.end()
  return finishOf(io, ended.code, ended.signal)
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isDirectory(),
    () => false,
  )

function finishOf(io: RuntimeIo, code: number | null, killer: NodeJS.Signals | null): Finish {
  if (code === 0) return { status: 'completed', result: io.tail('stdout', resultChars).trimEnd() }
  const how = code === null ? `was ended by ${killer}` : `failed with exit code ${code}`
  const said = (io.tail('stderr', errorChars) || io.tail('stdout', errorChars)).trim()
  return { status: 'failed', error: `The command ${how}.${said && `\n${said}`}`, retry: code === tempFail }
}
