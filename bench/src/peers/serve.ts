import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../child/child.ts'
import { isFields } from '../child/shape.ts'
import { treeOf } from '../system/cpu.ts'

const COMMAND = fileURLToPath(new URL('../../../packages/cli/bin/codetether.js', import.meta.url))
const READY_MS = 30_000
const STOP_MS = 15_000
const POLL_MS = 5
const REQUEST_MS = 2_000
const TAIL_CHARS = 4_000

export interface Served extends AsyncDisposable {
  readonly pid: number
  /** From the start of the process to the first 200 of its readiness. */
  readonly seconds: number
}

/** `codetether serve` as an owner runs it, in a process group of its own: Ctrl-C is the caller's to pass on. */
export async function serveUntilReady(directory: string, abort: AbortSignal): Promise<Served> {
  await using stack = new AsyncDisposableStack()
  const started = performance.now()
  const server = spawn(process.execPath, [COMMAND, 'serve', '--port', '0', '--data-dir', directory], {
    ...{ cwd: directory, env: { ...cleanEnvironment, HOME: directory }, detached: true },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = server
  if (pid === undefined) throw new Error(`cannot start ${COMMAND}`)
  stack.defer(() => stop(server, pid))
  const ended = new AbortController()
  server.once('exit', code => ended.abort(new Error(`the server ended with status ${code ?? '?'}`)))
  const output = tailOf(server)
  const signal = AbortSignal.any([abort, ended.signal, AbortSignal.timeout(READY_MS)])
  try {
    await untilReady(join(directory, 'runtime.json'), signal)
  } catch (error) {
    throw new Error(`not ready: ${String(signal.reason ?? error)}\n--- its output ---\n${output()}`, { cause: error })
  }
  const seconds = (performance.now() - started) / 1_000
  const owned = stack.move()
  return { pid, seconds, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Ends it as an owner would. If it does not obey, what it started (the database) is ended with it. */
async function stop(server: ChildProcess, pid: number): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit').then(() => true)
  const patience = new AbortController()
  server.kill('SIGTERM')
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

function tailOf(server: ChildProcess): () => string {
  let tail = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-TAIL_CHARS)
    })
  }
  return () => tail
}

/** Polls, because that is what a caller outside the process can do: the file tells the address, the door tells the rest. */
async function untilReady(runtimeFile: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const url = await addressIn(runtimeFile)
    if (url !== null && (await isReady(new URL('/health/ready', url), signal))) return
    await sleep(POLL_MS, undefined, { signal })
  }
}

async function addressIn(runtimeFile: string): Promise<string | null> {
  try {
    const runtime: unknown = JSON.parse(await readFile(runtimeFile, 'utf8'))
    return isFields(runtime) && typeof runtime.url === 'string' ? runtime.url : null
  } catch {
    return null
  }
}

async function isReady(url: URL, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]) })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    signal.throwIfAborted()
    return false
  }
}
