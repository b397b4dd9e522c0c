import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Run } from '../benchmark.ts'
import type { Arena } from '../benchmarks/arena.ts'
import { fieldsOf, textIn } from '../child/shape.ts'
import { copyWaitingTask } from '../seed.ts'
import { type QueueName, QueueProcess } from './queue-process.ts'

const REDIS = 'redis://127.0.0.1:6379'
const DAY_S = 86_400

/** A queue, who fills it and who works it off. */
export interface Team {
  readonly name: string
  /** Where it keeps its jobs, by a superuser's address; null where that is no PostgreSQL. */
  readonly database: string | null
  readonly fill: (count: number) => Promise<void>
  /** The task of which those that are put in are copies; null for the others. */
  readonly original: string | null
  /** Puts in single jobs. */
  readonly sender: QueueProcess
  readonly workers: readonly QueueProcess[]
}

interface Field {
  readonly run: Run
  readonly arena: Arena
  readonly stack: AsyncDisposableStack
  /** How many processes work it off. */
  readonly workers: number
}

/** Another queue, in processes of its own. */
export async function peerTeam(field: Field, name: string, module: QueueName): Promise<Team> {
  const { run, arena, stack, workers } = field
  const directory = join(run.directory, module)
  const isRedis = module === 'bullmq'
  const address = isRedis ? REDIS : await arena.emptyDatabase(module.replaceAll('-', '_'))
  const start = async () =>
    stack.use(await QueueProcess.start({ name, module }, { address, directory, secret: '' }, run.signal))
  // The first one makes the schema.
  const sender = await start()
  await sender.fill(0)
  const processes = await Promise.all(Array.from({ length: workers }, start))
  return {
    name,
    database: isRedis ? null : address,
    fill: count => sender.fill(count),
    original: null,
    sender,
    workers: processes,
  }
}

interface Ours {
  readonly name: string
  /** What its database is for. */
  readonly purpose: string
  /** Without the server, which stops before the workers start. */
  readonly core?: boolean
  /** Tasks that are meant for a worker who never comes. */
  readonly backlog?: number
}

/** Ours over HTTP, or what is beneath. */
export async function ourTeam(field: Field, { name, purpose, core = false, backlog = 0 }: Ours): Promise<Team> {
  const { run, arena, stack } = field
  const database = await arena.database('ours', purpose)
  await using scope = new AsyncDisposableStack()
  const { url } = await arena.start({ name: `server of ${name}`, peer: 'ours', database, agent: 'echo' }, scope)
  const tokens: string[] = []
  for (let index = 0; index <= field.workers; index++)
    tokens.push(await registerWorker(url, `bench-${index}`, run.signal))
  const original = await createWaiting(url, run.signal)
  const others = await createWaiting(url, run.signal, { target_worker_id: 'somebody-else' })
  if (backlog > 0) await copyWaitingTask(database, { original: others, count: backlog }, run.signal)
  await arena.checkRoles(database)
  if (core) await scope.disposeAsync()
  else stack.use(scope.move())
  const start = async (token: string, index: number) => {
    const directory = join(run.directory, `${purpose}-${index}`)
    await mkdir(directory)
    const settings = core
      ? { address: database, secret: `${arena.secret} ${token}`, directory }
      : { address: url, secret: token, directory }
    const module = core ? 'ours-core' : 'ours-http'
    return stack.use(await QueueProcess.start({ name, module }, settings, run.signal))
  }
  const [sender, ...workers] = await Promise.all(tokens.map(start))
  if (sender === undefined) throw new Error('no process')
  const fill = (count: number) => copyWaitingTask(database, { original, count }, run.signal)
  return { name, database, fill, original, sender, workers }
}

/** A worker of tasks without a codebase. @returns its token. */
async function registerWorker(url: string, id: string, signal: AbortSignal): Promise<string> {
  return textIn(
    await post(`${url}/v1/agent/workers/register`, { worker_id: id, name: id, global: true }, signal),
    'worker_token',
  )
}

/** A task that waits for its time, to be copied. @returns its id. */
export async function createWaiting(url: string, signal: AbortSignal, more: object = {}): Promise<string> {
  // A prompt that is a moment, too, for those who read one.
  const task = { prompt: '0', delay_seconds: DAY_S, ...more }
  return textIn(await post(`${url}/v1/agent/tasks`, task, signal), 'task_id')
}

/** Lets a task that waits be taken. */
export async function dispatch(url: string, task: string, signal: AbortSignal): Promise<void> {
  await post(`${url}/v1/agent/tasks/${task}/dispatch`, {}, signal)
}

async function post(url: string, body: object, signal: AbortSignal) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return fieldsOf(await response.json())
}

/** Whether there is a Redis for BullMQ. */
export function hasRedis(): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const { hostname, port } = new URL(REDIS)
  const socket = connect(Number(port), hostname)
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
