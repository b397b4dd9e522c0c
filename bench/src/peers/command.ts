import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../child/child.ts'
import { treeOf } from '../system/cpu.ts'

const COMMAND = fileURLToPath(new URL('../../../packages/cli/bin/codetether.js', import.meta.url))
const STOP_MS = 15_000
const TAIL_CHARS = 4_000

/** A command of ours as an owner runs it. */
export interface Command extends AsyncDisposable {
  readonly pid: number
  /** The end of what it has printed. */
  readonly output: () => string
  /** Raised when it has ended. */
  readonly ended: AbortSignal
}

/** Starts it in a process group of its own: Ctrl-C is the caller's to pass on. */
export function startCommand(args: readonly string[], directory: string): Command {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    ...{ cwd: directory, env: { ...cleanEnvironment, HOME: directory }, detached: true },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`cannot start ${COMMAND}`)
  const ended = new AbortController()
  child.once('exit', code => ended.abort(new Error(`${args[0] ?? ''} ended with status ${code ?? '?'}`)))
  return { pid, output: tailOf(child), ended: ended.signal, [Symbol.asyncDispose]: () => stop(child, pid) }
}

/** Ends it as an owner would. If it does not obey, what it started (the database) is ended with it. */
async function stop(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit').then(() => true)
  const patience = new AbortController()
  child.kill('SIGTERM')
  const obeyed = await Promise.race([exited, sleep(STOP_MS, false, { signal: patience.signal })])
  if (!obeyed) {
    const tree = await treeOf(pid)
    for (const { pid: member } of tree) kill(member)
    await exited
  }
  patience.abort()
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

function tailOf(child: ChildProcess): () => string {
  let tail = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-TAIL_CHARS)
    })
  }
  return () => tail
}
