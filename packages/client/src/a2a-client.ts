import { AgentList, type AgentStatus } from '@codetether/protocol/agent-status'
import { AgentCard } from '@codetether/protocol/v03/agent-card'
import { TaskList } from '@codetether/protocol/v03/task-list'
import { Message, type StreamEvent, Task } from '@codetether/protocol/v03/wire'
import { z } from 'zod'
import { sendRetry } from './back-off.ts'
import { snapshotIn } from './cursor-gone.ts'
import { baseUrlOf, cardUrlOf, type Discovered, discover } from './discover.ts'
import { RemoteError } from './errors.ts'
import { type Cursor, follow, isSettled, type OnGap } from './follow.ts'
import { type Frame, openFrames } from './frames.ts'
import { getJson } from './get-json.ts'
import { Health } from './health.ts'
import type { Connection } from './http.ts'
import { type CallOptions, call, type Endpoint } from './json-rpc-call.ts'
import { type SendParams, toWireParams } from './message.ts'
import { type OnRetry, retry } from './retry.ts'
import type { TaskListParams } from './task-list.ts'

export type ClientOptions = Connection & CallOptions

export interface SendOptions extends CallOptions {
  onRetry?: OnRetry | undefined
  onGap?: OnGap | undefined
}

export interface ResubscribeOptions extends SendOptions {
  /** The id of the last frame that was seen: only what comes after it is yielded, and no snapshot. */
  lastEventId?: string | undefined
}

const SendResult = z.discriminatedUnion('kind', [Task, Message])

/**
 * A client of one A2A v0.3 agent over JSON-RPC. Every method throws RemoteError for an error that the server answers,
 * ConnectionError for a connection that fails or an answer that does not come within `timeoutMs` (default 30 s), and
 * the signal's reason when the caller aborts.
 */
export class A2aClient {
  /** Where calls go: the address on the agent's card. */
  readonly endpoint: Endpoint
  readonly #given: Endpoint

  private constructor(given: Endpoint, endpoint: Endpoint) {
    this.#given = given
    this.endpoint = endpoint
  }

  /** Reads the agent's card and speaks to the address it names (A2A v0.3 §5.3); see `discover`. */
  static async fromUrl(url: string, { signal, timeoutMs, ...connection }: ClientOptions = {}): Promise<A2aClient> {
    const { endpoint }: Discovered = await discover(connection, url, { signal, timeoutMs })
    return new A2aClient({ ...connection, url }, endpoint)
  }

  /** A client of a JSON-RPC address that is known already. */
  static atEndpoint(url: string, connection: Connection = {}): A2aClient {
    return new A2aClient({ ...connection, url }, { ...connection, url })
  }

  /**
   * `message/send` (A2A v0.3 §7.1). Repeated on a broken connection with the same message id, so that the server can
   * recognize it. With `blocking` the answer may take minutes: the default time limit is 5 min.
   */
  async send(params: SendParams, { onRetry, ...options }: SendOptions = {}): Promise<Task | Message> {
    const wire = toWireParams(params)
    const send = () => call(this.endpoint, 'message/send', wire, SendResult, { timeoutMs: 300_000, ...options })
    return await retry(send, sendRetry, { signal: options.signal, onRetry })
  }

  /**
   * `message/stream` (A2A v0.3 §7.2), followed across broken connections until the task is finished or waits for its
   * caller; no frame is yielded twice. Leaving the loop leaves the task running.
   */
  stream(params: SendParams, options: SendOptions = {}): AsyncGenerator<StreamEvent> {
    const wire = toWireParams(params)
    const open = (cursor: Cursor) =>
      cursor.taskId === undefined
        ? this.#open('message/stream', wire, cursor, options)
        : this.#resume(cursor.taskId, cursor, options)
    return follow(open, { taskId: undefined, lastEventId: undefined }, options)
  }

  /** `tasks/resubscribe` (A2A v0.3 §7.9), followed like `stream`. The first event is a snapshot, or what comes after. */
  resubscribe(id: string, { lastEventId, ...options }: ResubscribeOptions = {}): AsyncGenerator<StreamEvent> {
    const open = (cursor: Cursor) => this.#resume(id, cursor, options)
    return follow(open, { taskId: id, lastEventId }, options)
  }

  #open(method: string, params: unknown, { lastEventId }: Cursor, options: SendOptions): AsyncGenerator<Frame> {
    return openFrames(this.endpoint, method, params, {
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
      for await (const frame of this.#open('tasks/resubscribe', { id }, cursor, options)) {
        isEmpty = false
        yield frame
      }
      if (!isEmpty || isSettled(cursor.state)) return
    } catch (error) {
      if (!(error instanceof RemoteError) || error.retryable || snapshotIn(error)) throw error
      failure = error
    }
    const task = await this.getTask(id, {}, options)
    if (isSettled(task.status.state)) yield { event: task, id: undefined }
    else if (failure !== undefined) throw failure
  }

  /** `tasks/get` (A2A v0.3 §7.3). `historyLength`: the most recent messages to return. */
  getTask(id: string, params: { historyLength?: number } = {}, options: CallOptions = {}): Promise<Task> {
    return this.#repeatable('tasks/get', { id, ...params }, Task, options)
  }

  /** `tasks/cancel` (A2A v0.3 §7.4); -32002 if the task is finished. */
  cancelTask(id: string, options: CallOptions = {}): Promise<Task> {
    return call(this.endpoint, 'tasks/cancel', { id }, Task, options)
  }

  /** One page of the caller's tasks, the latest change first: the extension method `tasks/list`. */
  listTasks(params: TaskListParams = {}, options: CallOptions = {}): Promise<TaskList> {
    return this.#repeatable('tasks/list', params, TaskList, options)
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

  /** The agent card (A2A v0.3 §5.5). */
  card(options: CallOptions = {}): Promise<AgentCard> {
    return getJson(this.#given, cardUrlOf(this.#given.url), AgentCard, options)
  }

  /** The agents behind a CodeTether server. */
  async agents(options: CallOptions = {}): Promise<AgentStatus[]> {
    const list = await getJson(this.#given, `${baseUrlOf(this.#given.url)}/agents`, AgentList, options)
    return list.agents
  }

  /** The health of a CodeTether server. */
  health(options: CallOptions = {}): Promise<Health> {
    return getJson(this.#given, `${baseUrlOf(this.#given.url)}/health`, Health, options)
  }

  #repeatable<T>(method: string, params: unknown, schema: z.ZodType<T>, options: CallOptions): Promise<T> {
    return retry(() => call(this.endpoint, method, params, schema, options), sendRetry, options)
  }
}
