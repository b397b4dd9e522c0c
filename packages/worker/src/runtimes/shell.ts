import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { OutputStream } from '@codetether/protocol/work/output'
import { commandEnvironment } from '../process/command-environment.ts'
import { Exchange } from '../process/exchange.ts'
import { startGuarded } from '../process/guarded-command.ts'
import { ProcessGroup } from '../process/process-group.ts'
import { Strays } from '../process/strays.ts'
import { Stopped } from '../stop-reason.ts'
import type { Finish, RunnableTask, RunOptions, Runtime, RuntimeIo } from './runtime.ts'

/** Between the friendly signal and the other one. */
const graceMs = 5_000
const resultChars = 64 * 1024
const errorChars = 4 * 1024
/** EX_TEMPFAIL of sysexits.h: the command says that it may work another time. */
const tempFail = 75

export interface ShellOptions {
  command: string
  /** Where tasks without a codebase run. */
  directory: string
  /** Only in these, and in `directory`, does anything run. */
  codebases: readonly string[]
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
  { command, directory, codebases, environment, pass, strays }: ShellOptions & { strays: Strays },
  task: RunnableTask,
  { io, approve, listen, signal }: RunOptions,
): Promise<Finish> {
  const cwd = task.path ?? directory
  if (task.path !== null && !codebases.includes(task.path))
    throw new Error(`${task.path} is no directory of this worker`)
  if (!(await isDirectory(cwd))) throw new Error(`the directory ${cwd} is not there`)
  const runId = randomUUID()
  await using exchange = await Exchange.open(task.checkpoint, io)
  const child = await startGuarded(command, {
    cwd,
    env: commandEnvironment({ environment, pass, task, approve, runId, exchange: exchange.variables }),
  })
  const group = new ProcessGroup(child.pid)
  const end = () => void group.end(isUrgent(signal) ? 0 : graceMs)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  child.stdin.end(task.prompt)
  listen(message => exchange.tell(message))
  const reading = Promise.all([pump(child.stdout, 'stdout', io), pump(child.stderr, 'stderr', io)])
  const { code, signal: killer } = await child.ended
  // Nothing that a command has started outlives it.
  await group.end(graceMs)
  signal.removeEventListener('abort', end)
  if (signal.aborted) await strays.kill(runId)
  await reading
  await exchange.end()
  await io.end()
  return finishOf(io, code, killer)
}

const isUrgent = ({ reason }: AbortSignal): boolean => reason instanceof Stopped && reason.kind === 'now'

async function pump(from: Readable, stream: OutputStream, io: RuntimeIo): Promise<void> {
  for await (const chunk of from) await io.output(stream, chunk)
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
