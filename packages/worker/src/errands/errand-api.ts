import { openAsBlob } from 'node:fs'
import { send } from '@codetether/client/http'
import { readRefusal, requestJson } from '@codetether/client/request-json'
import { z } from 'zod'
import type { Lease, WorkerApi } from '../worker-api.ts'

const timeoutMs = 15_000
const GitTokenAnswer = z.looseObject({ git_token: z.string().nullable() })
const anything = z.looseObject({})

/** What an errand asks the server, by its lease. All throw RemoteError, ConnectionError or the signal's reason. */
export class ErrandApi {
  readonly #api: WorkerApi
  readonly #lease: Lease
  readonly #signal: AbortSignal

  constructor(api: WorkerApi, { task_id, attempt, lease_token }: Lease, signal: AbortSignal) {
    this.#api = api
    this.#lease = { task_id, attempt, lease_token }
    this.#signal = signal
  }

  /** What the remote wants to see. */
  async gitToken(): Promise<string | null> {
    return (await this.#post('git-token', {}, GitTokenAnswer)).git_token
  }

  /** The codebase is there now. */
  async cloned(path: string): Promise<void> {
    await this.#post('cloned', { path }, anything)
  }

  /** Sends a file as the archive of the codebase. */
  async putArchive(file: string): Promise<void> {
    const body = await openAsBlob(file, { type: 'application/gzip' })
    const response = await this.#archive({ method: 'PUT', body })
    await response.body?.cancel()
  }

  /** The archive of the codebase. */
  async getArchive(): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#archive({})
    if (body === null) throw new Error('the answer has no archive')
    return body
  }

  async #archive(init: RequestInit): Promise<Response> {
    const { task_id, attempt, lease_token } = this.#lease
    const headers = { 'x-task-id': task_id, 'x-attempt': String(attempt), 'x-lease-token': lease_token }
    const url = `${this.#api.url}/v1/worker/errands/archive`
    const response = await send(this.#api.connection, url, { ...init, headers, signal: this.#signal })
    if (!response.ok) throw await readRefusal(response, this.#signal)
    return response
  }

  #post<T>(name: string, more: object, schema: z.ZodType<T>): Promise<T> {
    const url = `${this.#api.url}/v1/worker/errands/${name}`
    const request = { url, body: { ...this.#lease, ...more }, schema }
    return requestJson(this.#api.connection, request, { signal: this.#signal, timeoutMs })
  }
}
