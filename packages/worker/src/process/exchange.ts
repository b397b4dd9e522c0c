import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { JsonValue } from '@codetether/protocol/json-schema'
import { z } from 'zod'
import type { CallerMessage, RuntimeIo } from '../runtimes/runtime.ts'
import { LineReader } from '../text/line-reader.ts'

const pollMs = 200
const blockBytes = 64 * 1024
/** A command that has ended is read to the end, but for one that has written without end. */
const mostBytes = 64 * 1024 * 1024
/** A checkpoint of 256 Ki characters, escaped. */
const lineBytes = 2 * 1024 * 1024
/** Lines that are no reports are named, up to so many. */
const mostNamed = 20

const Line = z
  .strictObject({
    progress: z.strictObject({ percent: z.number().optional(), message: z.string().optional() }).optional(),
    checkpoint: JsonValue.optional(),
    session_id: z.string().optional(),
  })
  .refine(line => Object.keys(line).length > 0, { error: 'says nothing' })

/**
 * The files by which a command and its worker talk beside output, in a directory of the run: CODETETHER_REPORT, to which the command appends
 * lines of JSON; CODETETHER_MESSAGES, to which the worker appends what the caller says; CODETETHER_CHECKPOINT, where an earlier
 * attempt was. Files, because every program can append to one: nobody waits for a reader, and what was written before the end is
 * read after it.
 */
export class Exchange implements AsyncDisposable {
  readonly variables: Record<string, string>
  readonly #directory: string
  readonly #report: FileHandle
  readonly #messages: FileHandle
  readonly #io: RuntimeIo
  readonly #lines = new LineReader(lineBytes)
  readonly #ended = new AbortController()
  readonly #following: Promise<void>
  #place = 0
  #named = 0
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(opened: {
    directory: string
    report: FileHandle
    messages: FileHandle
    variables: Record<string, string>
    io: RuntimeIo
  }) {
    this.#directory = opened.directory
    this.#report = opened.report
    this.#messages = opened.messages
    this.variables = opened.variables
    this.#io = opened.io
    // A file that cannot be read is one that says nothing.
    this.#following = this.#follow().catch(() => undefined)
  }

  static async open(checkpoint: unknown, io: RuntimeIo): Promise<Exchange> {
    const directory = await mkdtemp(join(tmpdir(), 'codetether-run-'))
    const at = (name: string) => join(directory, name)
    const variables: Record<string, string> = {
      CODETETHER_REPORT: at('report'),
      CODETETHER_MESSAGES: at('messages'),
    }
    if (checkpoint !== null && checkpoint !== undefined) {
      variables.CODETETHER_CHECKPOINT = at('checkpoint')
      await writeFile(at('checkpoint'), JSON.stringify(checkpoint), { mode: 0o600 })
    }
    // What the command puts in the place of a file is not followed.
    const report = await open(at('report'), 'wx+', 0o600)
    const messages = await open(at('messages'), 'ax', 0o600)
    return new Exchange({ directory, report, messages, variables, io })
  }

  /** Tells the command what the caller has said. */
  tell(message: CallerMessage): void {
    const line = `${JSON.stringify(message)}\n`
    this.#writing = this.#writing.then(() => this.#messages.appendFile(line)).catch(() => undefined)
  }

  /** Takes what the command has written last. */
  async end(): Promise<void> {
    this.#ended.abort()
    await this.#following
    await this.#read()
    await this.#take(this.#lines.end())
  }

  async [Symbol.asyncDispose]() {
    this.#ended.abort()
    await this.#following
    await this.#writing
    await this.#report.close()
    await this.#messages.close()
    await rm(this.#directory, { recursive: true, force: true })
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ended
    while (!signal.aborted) {
      await this.#read()
      await delay(pollMs, undefined, { signal }).catch(() => undefined)
    }
  }

  async #read(): Promise<void> {
    const block = Buffer.alloc(blockBytes)
    while (this.#place < mostBytes) {
      const { bytesRead } = await this.#report.read(block, 0, blockBytes, this.#place)
      if (bytesRead === 0) return
      this.#place += bytesRead
      for (const line of this.#lines.push(block.subarray(0, bytesRead))) await this.#take(line)
    }
  }

  /** A line that is no report is left out, and the output says so. */
  async #take(line: string | null): Promise<void> {
    if (line?.trim() === '') return
    try {
      if (line === null) throw new Error('it is too long')
      const { progress, checkpoint, session_id } = Line.parse(JSON.parse(line))
      if (progress) this.#io.progress(progress)
      if (checkpoint !== undefined) this.#io.checkpoint(checkpoint)
      if (session_id !== undefined) this.#io.session(session_id)
    } catch (error) {
      this.#named += 1
      if (this.#named > mostNamed) return
      const reason = (error instanceof z.ZodError ? z.prettifyError(error) : String(error)).replace(/\s+/g, ' ')
      await this.#io.output('system', `[a line in CODETETHER_REPORT was left out: ${reason.slice(0, 500)}]\n`)
    }
  }
}
