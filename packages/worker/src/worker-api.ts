import type { Connection } from '@codetether/client/http'
import { requestJson } from '@codetether/client/request-json'
import type { SseEvent } from '@codetether/client/sse'
import type { Json } from '@codetether/protocol/json'
import type { ClaimedTask, WorkLease } from '@codetether/protocol/work/claim'
import type { OutputStream } from '@codetether/protocol/work/output'
import { z } from 'zod'
import { ClaimAnswer, type Outcome, Registered, RenewAnswer, ReportAnswer, WantedAnswer } from './answers.ts'
import { readEvents } from './event-stream.ts'
import type { Finish, Progress } from './runtimes/runtime.ts'

export type Lease = z.output<typeof WorkLease>

/** What an attempt tells beside its output. */
export interface Note {
  progress?: Progress | undefined
  checkpoint?: { seq: number; data: Json } | undefined
  session_id?: string | undefined
}

/** A report as it travels; what is left out has its default. */
export interface SentReport extends Lease, Note {
  worker_seq: number
  output?: readonly { stream: OutputStream; text: string }[]
  finish?: Finish | undefined
}

const timeoutMs = 15_000
const anything = z.looseObject({})

/** The calls of a worker, each outbound. All throw RemoteError, ConnectionError or the signal's reason. */
export class WorkerApi {
  readonly url: string
  readonly #connection: Connection
  /** The worker's own token. */
  token: string | undefined

  constructor(url: string, connection: Connection) {
    this.url = url
    this.#connection = connection
  }

  /** Registers with the worker's own token where there is one, and else as whoever has started it. The answer may have a new token. */
  register(registration: object, signal: AbortSignal): Promise<z.output<typeof Registered>> {
    const connection = this.token === undefined ? this.#connection : this.connection
    const url = `${this.url}/v1/agent/workers/register`
    const request = { url, body: registration, schema: Registered }
    return requestJson(connection, request, { signal, timeoutMs })
  }

  async claim(room: number, waitSeconds: number, signal: AbortSignal): Promise<readonly ClaimedTask[]> {
    const body = { limit: room, wait_seconds: waitSeconds }
    const answer = await requestJson(
      this.connection,
      { url: `${this.url}/v1/worker/tasks/claim`, body, schema: ClaimAnswer },
      { signal, timeoutMs: waitSeconds * 1000 + timeoutMs },
    )
    return answer.tasks
  }

  /** @returns an outcome for each report, in their order. */
  async report(reports: readonly SentReport[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return (await this.#post('/v1/worker/tasks/report', { reports }, { schema: ReportAnswer, signal })).results
  }

  renew(leases: readonly Lease[], signal: AbortSignal): Promise<z.output<typeof RenewAnswer>> {
    return this.#post('/v1/worker/tasks/renew', { leases }, { schema: RenewAnswer, signal })
  }

  /** Codebases that nobody has, below the roots of this worker. */
  wanted(after: string | undefined, signal: AbortSignal): Promise<z.output<typeof WantedAnswer>> {
    const body = after === undefined ? {} : { after }
    return this.#post('/v1/worker/codebases/wanted', body, { schema: WantedAnswer, signal })
  }

  /** The worker has one of them. */
  async found(id: string, path: string, signal: AbortSignal): Promise<void> {
    await this.#post('/v1/worker/codebases/found', { codebase_id: id, path }, { schema: anything, signal })
  }

  /** With `drain` it keeps its token and what it holds, and gets nothing new until it registers again. */
  async unregister(workerId: string, { drain, signal }: { drain: boolean; signal: AbortSignal }): Promise<void> {
    const path = `/v1/agent/workers/${encodeURIComponent(workerId)}/unregister`
    await this.#post(path, { drain }, { schema: anything, signal })
  }

  /** `connected` first, and then what happens. */
  events(signal: AbortSignal): AsyncGenerator<SseEvent> {
    return readEvents(this.connection, `${this.url}/v1/worker/tasks/stream`, signal)
  }

  #post<T>(path: string, body: object, { schema, signal }: { schema: z.ZodType<T>; signal: AbortSignal }): Promise<T> {
    return requestJson(this.connection, { url: this.url + path, body, schema }, { signal, timeoutMs })
  }

  /** How the server is spoken to with the worker's own token. */
  get connection(): Connection {
    return { ...this.#connection, token: this.token }
  }
}
