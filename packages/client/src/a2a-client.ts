import { AgentList, type AgentStatus } from '@codetether/protocol/agent-status'
import { DeadLetterPage, deadLettersPath, RetryAnswer, type RetryRequest } from '@codetether/protocol/dead-letters'
import { errorCodes } from '@codetether/protocol/errors'
import type { TaskList } from '@codetether/protocol/v03/task-list'
import type { Message, StreamEvent, Task } from '@codetether/protocol/v03/wire'
import type { z } from 'zod'
import { sendRetry } from './back-off.ts'
import { type CallOptions, call } from './call.ts'
import { CardCache } from './card-cache.ts'
import type { Codec } from './codec.ts'
import { snapshotIn } from './cursor-gone.ts'
import { codecOf } from './dialect.ts'
import { discover, type Wanted } from './discover.ts'
import type { Endpoint } from './endpoint.ts'
import { RemoteError } from './errors.ts'
import { baseUrlOf, type CheckCard, fetchCard } from './fetch-card.ts'
import { type Cursor, follow, isSettled, type OnGap } from './follow.ts'
import { type Frame, openFrames } from './frames.ts'
import { getJson } from './get-json.ts'
import { Health } from './health.ts'
import type { Connection } from './http.ts'
import { type SendParams, toWireParams } from './message.ts'
import type { Operation, ProtocolVersion } from './operation.ts'
import type { Card } from './read-card.ts'
import { requestJson } from './request-json.ts'
import { type OnRetry, retry } from './retry.ts'
import type { TaskListParams } from './task-list.ts'

export interface ClientOptions extends Connection, CallOptions, Wanted {
  /** Where cards are kept while they are fresh; without it, one of the client's own. */
  cards?: CardCache | undefined
  /** Throws for a card that is not to be believed; then nobody is called. */
  checkCard?: CheckCard | undefined
}

export interface SendOptions extends CallOptions {
  onRetry?: OnRetry | undefined
  onGap?: OnGap | undefined
}

export interface ResubscribeOptions extends SendOptions {
  /** The id of the last frame that was seen: only what comes after it is yielded, and no snapshot. */
  lastEventId?: string | undefined
}

/** Which dead letters to list, and from where. */
export interface DeadLetterQuery {
  taskId?: string | undefined
  configId?: string | undefined
  pageSize?: number | undefined
  pageToken?: string | undefined
}

/** What the caller gave. */
interface Given {
  connection: Connection
  url: string
  version: ProtocolVersion | undefined
  cards: CardCache | undefined
  checkCard: CheckCard | undefined
}

/**
 * A client of one A2A agent, of v1.0 or v0.3, over JSON-RPC, HTTP+JSON or gRPC. What it returns has the form of v0.3 whatever
 * the agent speaks. Every method throws RemoteError for an error that the server answers, ConnectionError for a
 * connection that fails or an answer that does not come within `timeoutMs` (default 30 s), and the signal's reason when
 * the caller aborts.
 */
export class A2aClient {
  /** Where calls go, and how: an interface of the agent's card. */
  readonly endpoint: Endpoint
  readonly #given: Given
  readonly #codec: Codec

  private constructor(given: Given, endpoint: Endpoint) {
    this.#given = given
    this.endpoint = endpoint
    this.#codec = codecOf(endpoint)
  }

  /** Reads the agent's card and speaks to an interface that it names (A2A v1.0 §8.3, v0.3 §5.6); see `discover`. */
  static async fromUrl(url: string, options: ClientOptions = {}): Promise<A2aClient> {
    const { signal, timeoutMs, version, transport, cards = new CardCache(), checkCard, ...connection } = options
    const endpoint = await discover(connection, url, { signal, timeoutMs, version, transport, cards, checkCard })
    return new A2aClient({ connection, url, version, cards, checkCard }, endpoint)
  }

  /** A client of an address that is known already: unless told otherwise, of v0.3 over JSON-RPC. */
  static atEndpoint(url: string, options: Partial<Omit<Endpoint, 'url'>> = {}): A2aClient {
    const { version = '0.3', transport = 'JSONRPC', attaches = false, streams = false, tenant, ...connection } = options
    const endpoint = { ...connection, url, version, transport, attaches, streams, tenant }
    return new A2aClient({ connection, url, version, cards: undefined, checkCard: undefined }, endpoint)
  }

  /**
   * Sends a message (A2A v1.0 §3.1.1, v0.3 §7.1). Where the agent recognizes a message id that it has had, it is repeated
   * on a broken connection; elsewhere never. With `blocking` the answer may take minutes: the default time limit is 5 min.
   */
  async send(params: SendParams, { onRetry, ...options }: SendOptions = {}): Promise<Task | Message> {
    const operation = this.#message('send', params)
    const send = () => call(this.endpoint, operation, this.#codec.SendResult, { timeoutMs: 300_000, ...options })
    return this.endpoint.attaches ? await retry(send, sendRetry, { signal: options.signal, onRetry }) : await send()
  }

  /**
   * Sends a message and streams what becomes of it (A2A v1.0 §3.1.2, v0.3 §7.2), followed across broken connections until
   * the task is finished or waits for its caller; no frame is yielded twice. Leaving the loop leaves the task running.
   */
  stream(params: SendParams, options: SendOptions = {}): AsyncGenerator<StreamEvent> {
    const operation = this.#message('stream', params)
    const open = (cursor: Cursor) =>
      cursor.taskId === undefined
        ? this.#open(operation, cursor, options)
        : this.#resume(cursor.taskId, cursor, options)
    const start = { taskId: undefined, lastEventId: undefined }
    return follow(open, start, { ...options, mayReopen: this.endpoint.attaches })
  }

  /**
   * Follows a task (A2A v1.0 §3.1.6, v0.3 §7.9) like `stream`. The first event is a snapshot, or what comes after
   * `lastEventId`.
   */
  resubscribe(id: string, { lastEventId, ...options }: ResubscribeOptions = {}): AsyncGenerator<StreamEvent> {
    const open = (cursor: Cursor) => this.#resume(id, cursor, options)
    return follow(open, { taskId: id, lastEventId }, options)
  }

  #message(name: 'send' | 'stream', params: SendParams): Operation {
    return { name, params: this.#codec.sendParams(toWireParams(params)) }
  }

  #open(operation: Operation, { lastEventId }: Cursor, options: SendOptions): AsyncGenerator<Frame> {
    return openFrames(this.endpoint, operation, {
      signal: options.signal,
      timeoutMs: options.timeoutMs ?? 30_000,
      lastEventId,
    })
  }

  /** Where following gives nothing more, because the task is over or the server cannot, the task itself says so. */
  async *#resume(id: string, cursor: Cursor, options: SendOptions): AsyncGenerator<Frame> {
    let failure: RemoteError | undefined
    try {
      let isEmpty = true
      for await (const frame of this.#open({ name: 'subscribe', id, params: {} }, cursor, options)) {
        isEmpty = false
        yield frame
      }
      if (!isEmpty || isSettled(cursor.state)) return
    } catch (error) {
      if (!(error instanceof RemoteError) || error.retryable || snapshotIn(error)) throw error
      // A cursor that the task has not reached: the task as it is would hide the mistake.
      if (error.code === errorCodes.INVALID_PARAMS.rpc && cursor.lastEventId !== undefined) throw error
      if (error.code === errorCodes.CURSOR_GONE.rpc && cursor.lastEventId !== undefined) {
        // A task does not fit into the trailers of gRPC: a stream without a cursor begins with it.
        options.onGap?.()
        yield* this.#resume(id, { ...cursor, lastEventId: undefined }, options)
        return
      }
      failure = error
    }
    const task = await this.getTask(id, {}, options)
    if (isSettled(task.status.state)) yield { event: task, id: undefined }
    else if (failure !== undefined) throw failure
  }

  /** A task (A2A v1.0 §3.1.3, v0.3 §7.3). `historyLength`: the most recent messages to return. */
  getTask(id: string, params: { historyLength?: number } = {}, options: CallOptions = {}): Promise<Task> {
    return this.#repeatable({ name: 'get', id, params }, this.#codec.Task, options)
  }

  /** Cancels a task (A2A v1.0 §3.1.5, v0.3 §7.4); -32002 if it is finished. */
  cancelTask(id: string, options: CallOptions = {}): Promise<Task> {
    return call(this.endpoint, { name: 'cancel', id, params: {} }, this.#codec.Task, options)
  }

  /** One page of the caller's tasks, the latest change first (A2A v1.0 §3.1.4; in v0.3 our extension `tasks/list`). */
  listTasks(params: TaskListParams = {}, options: CallOptions = {}): Promise<TaskList> {
    return this.#repeatable({ name: 'list', params: this.#codec.listParams(params) }, this.#codec.TaskList, options)
  }

  /** All tasks, page by page as they are consumed. */
  async *tasks(params: TaskListParams = {}, options: CallOptions = {}): AsyncGenerator<Task> {
    let page = await this.listTasks(params, options)
    yield* page.tasks
    while (page.nextPageToken !== '') {
      page = await this.listTasks({ ...params, pageToken: page.nextPageToken }, options)
      yield* page.tasks
    }
  }

  /** The agent card (A2A v1.0 §4.4, v0.3 §5.5), in the form of the version that is wanted if the server has both. */
  card(options: CallOptions = {}): Promise<Card> {
    const { connection, url, ...given } = this.#given
    return fetchCard(connection, url, { ...options, ...given })
  }

  /** The agents behind a CodeTether server. */
  async agents(options: CallOptions = {}): Promise<AgentStatus[]> {
    const list = await getJson(this.#given.connection, `${baseUrlOf(this.#given.url)}/agents`, AgentList, options)
    return list.agents
  }

  /** The health of a CodeTether server. */
  health(options: CallOptions = {}): Promise<Health> {
    return getJson(this.#given.connection, `${baseUrlOf(this.#given.url)}/health`, Health, options)
  }

  /** A page of the caller's push notifications that a CodeTether server has given up, the latest first. */
  deadLetters(query: DeadLetterQuery = {}, options: CallOptions = {}): Promise<DeadLetterPage> {
    const { connection, url } = this.#given
    const given = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value))
    const path = `${baseUrlOf(url)}${deadLettersPath}?${given}`
    return requestJson(connection, { url: path, schema: DeadLetterPage }, options)
  }

  /** Lets a CodeTether server send some of them once more. @returns how many. */
  async retryDeadLetters(body: RetryRequest, options: CallOptions = {}): Promise<number> {
    const { connection, url } = this.#given
    const path = `${baseUrlOf(url)}${deadLettersPath}:retry`
    const { marked } = await requestJson(connection, { url: path, body, schema: RetryAnswer }, options)
    return marked
  }

  #repeatable<T>(operation: Operation, schema: z.ZodType<T>, options: CallOptions): Promise<T> {
    return retry(() => call(this.endpoint, operation, schema, options), sendRetry, options)
  }
}
