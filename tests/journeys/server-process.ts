import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { type Runtime, readRuntime } from '@codetether/server/db/embedded/runtime-file'
import { type DataDirectory, endsWithUs } from './data-directory.ts'
import { until } from './until.ts'

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A program that a test runs. Disposing ends it. */
export interface Program extends AsyncDisposable {
  pid: number
  child: ChildProcess
  exited: Promise<Exit>
  /** What it has written so far, to both streams. */
  output(): string
  /** Resolves when it has ended; throws with its output if that takes too long. */
  end(signal: NodeJS.Signals, timeoutMs?: number): Promise<Exit>
}

/** The same with an address. */
export interface ServerProcess extends Program {
  runtime: Runtime & { database: DatabaseAddress }
  url: string
}

export interface ProgramOptions {
  cwd: string
  /** Over an environment without any of our settings. */
  env?: Record<string, string>
  /** With messages between the two processes. */
  ipc?: boolean
  /** As the leader of a process group, as a shell starts it. */
  ownGroup?: boolean
}

export const workspace = fileURLToPath(new URL('../..', import.meta.url))
const killableServer = fileURLToPath(new URL('killable-server.ts', import.meta.url))
const codetether = fileURLToPath(new URL('../../packages/cli/bin/codetether.js', import.meta.url))

const cleanEnvironment = {
  PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
  LANG: 'C.UTF-8',
}

/** Runs a program of this repository, or with other arguments of node. */
export const runNode = (args: readonly string[], options: ProgramOptions): Program =>
  runProgram(process.execPath, args, options)

/** Runs any program. */
export function runProgram(
  command: string,
  args: readonly string[],
  { cwd, env = {}, ipc = false, ownGroup = false }: ProgramOptions,
): Program {
  const child = spawn(command, args, {
    cwd,
    env: { ...cleanEnvironment, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ipc ? 'ipc' : 'ignore'],
    detached: ownGroup,
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`cannot run ${command} ${args.join(' ')}`)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const guard = endsWithUs(() => pid)
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    guard[Symbol.dispose]()
    return { code, signal }
  })
  const end = async (signal: NodeJS.Signals, timeoutMs = 20_000): Promise<Exit> => {
    child.kill(signal)
    return endOf({ exited, output: () => output }, timeoutMs)
  }
  return {
    pid,
    child,
    exited,
    output: () => output,
    end,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await end('SIGTERM').catch(() => guard.kill())
      await exited
    },
  }
}

/** Resolves when a program has ended by itself; throws with its output if that takes too long. */
export async function endOf(program: Pick<Program, 'exited' | 'output'>, timeoutMs = 20_000): Promise<Exit> {
  const { promise, reject } = Promise.withResolvers<never>()
  const tooLong = () => reject(new Error(`has not ended after ${timeoutMs / 1000} s:\n${program.output()}`))
  const timer = setTimeout(tooLong, timeoutMs)
  return Promise.race([program.exited, promise]).finally(() => clearTimeout(timer))
}

/** Waits until a program serves on the data directory. Throws with its output if it ends or takes too long. */
export async function whenReady(program: Program, dataDir: string, timeoutMs = 15_000): Promise<ServerProcess> {
  let ended = false
  void program.exited.then(() => {
    ended = true
  })
  const runtime = await until(
    'the server to be ready',
    async () => {
      if (ended) throw new Error('the server ended instead of serving')
      const runtime = await readRuntime(dataDir)
      const { database } = runtime ?? {}
      return runtime?.pid === program.pid && database !== undefined && { ...runtime, database }
    },
    timeoutMs,
  ).catch(async (error: unknown) => {
    await program[Symbol.asyncDispose]()
    throw new Error(`no server on ${dataDir}. Its output:\n${program.output()}`, { cause: error })
  })
  return { ...program, runtime, url: runtime.url }
}

/** Runs `codetether serve` on the directory, as a person would. */
export const serve = (at: DataDirectory, options: Partial<ProgramOptions> = {}): Program =>
  runNode([codetether, 'serve', '--port', '0', '--data-dir', at.dataDir], { cwd: at.path, ...options })

/** Runs the server of `killable-server.ts`, whose agents the test controls, and waits until it serves. */
export const startKillableServer = (at: DataDirectory): Promise<ServerProcess> =>
  whenReady(runNode([killableServer, at.dataDir], { cwd: at.path, ipc: true }), at.dataDir, 30_000)
