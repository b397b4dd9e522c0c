import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isFields } from '../child/shape.ts'
import { startCommand } from './command.ts'

const READY_MS = 30_000
const POLL_MS = 5
const REQUEST_MS = 2_000

export interface Served extends AsyncDisposable {
  readonly pid: number
  /** From the start of the process to the first 200 of its readiness. */
  readonly seconds: number
}

/** `codetether serve` as an owner runs it. */
export async function serveUntilReady(directory: string, abort: AbortSignal): Promise<Served> {
  await using stack = new AsyncDisposableStack()
  const started = performance.now()
  const server = stack.use(startCommand(['serve', '--port', '0', '--data-dir', directory], directory))
  const signal = AbortSignal.any([abort, server.ended, AbortSignal.timeout(READY_MS)])
  try {
    await untilReady(join(directory, 'runtime.json'), signal)
  } catch (error) {
    throw new Error(`not ready: ${String(signal.reason ?? error)}\n--- its output ---\n${server.output()}`, {
      cause: error,
    })
  }
  const seconds = (performance.now() - started) / 1_000
  const owned = stack.move()
  return { pid: server.pid, seconds, [Symbol.asyncDispose]: () => owned.disposeAsync() }
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
