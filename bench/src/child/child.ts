import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Fields, fieldsOf, numberIn, textIn } from './shape.ts'

const STOP_MS = 15_000
const TAIL_CHARS = 4_000

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** The variables every process of a benchmark gets: nothing of the caller's shell may change what is measured. */
export const cleanEnvironment = {
  PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
  LANG: 'C.UTF-8',
  NODE_ENV: 'production',
} as const

/** A module in a process of its own that answers requests over IPC (see `answer`). Ends with its scope. */
export class Child implements AsyncDisposable {
  readonly #name: string
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #signal: AbortSignal
  #next = 1
  #tail = ''
  #ended: Error | null = null

  constructor(name: string, module: URL, signal: AbortSignal) {
    this.#name = name
    this.#signal = signal
    this.#process = fork(fileURLToPath(module), {
      ...{ env: cleanEnvironment, execArgv: ['--expose-gc'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#tail = (this.#tail + text).slice(-TAIL_CHARS)
      })
    }
    this.#process.on('message', (message: unknown) => this.#settle(message))
    this.#process.once('error', error => this.#end(error))
    this.#process.once('exit', (code, by) => this.#end(new Error(`ended with ${by ?? `status ${code ?? '?'}`}`)))
  }

  /** Asks for one method. Fails when the child ends, the run is aborted or the time is up. */
  async call(method: string, params: Fields, timeoutMs: number): Promise<Fields> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const id = this.#next++
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(timeoutMs)])
    const abort = () => reject(this.#error(`${method}: ${String(signal.reason)}`))
    signal.addEventListener('abort', abort, { once: true })
    this.#waiting.set(id, { resolve, reject })
    try {
      if (signal.aborted) abort()
      else if (this.#ended !== null) reject(this.#ended)
      else this.#process.send({ id, method, params })
      return fieldsOf(await promise)
    } finally {
      signal.removeEventListener('abort', abort)
      this.#waiting.delete(id)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended !== null) return
    const exited = once(this.#process, 'exit')
    if (this.#process.connected) this.#process.disconnect()
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS)
    await exited
    clearTimeout(kill)
  }

  #settle(message: unknown): void {
    const reply = fieldsOf(message)
    const waiting = this.#waiting.get(numberIn(reply, 'id'))
    if ('error' in reply) waiting?.reject(this.#error(textIn(reply, 'error')))
    else waiting?.resolve(reply.value)
  }

  #end(reason: Error): void {
    this.#ended ??= this.#error(reason.message)
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
  }

  #error(message: string): Error {
    return new Error(`${this.#name}: ${message}${this.#tail === '' ? '' : `\n--- its output ---\n${this.#tail}`}`)
  }
}
