import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { Webhook } from 'standardwebhooks'
import { query } from '../event-log.ts'
import { type Program, runNode, workspace } from '../journeys/server-process.ts'
import { databaseUrl, message, type RpcBody, rpc } from '../platform.ts'
import { type Attempt, startMoodyReceiver } from './moody-receiver.ts'
import { local, newSecret, quickly, sendV03, sendV10 } from './push-calls.ts'

const tasks = 40
const kills = 10
/** What a sender has sent before it is killed. */
const sentPerLife = 30

const secret = newSecret()

interface Sender extends AsyncDisposable {
  url: string
  program: Program
}

/** A server in a process of its own. */
async function startSender(database: TestDatabase): Promise<Sender> {
  const env = {
    ...local,
    A2A_PORT: '0',
    A2A_LOG_LEVEL: 'silent',
    A2A_PUSH_RETRY_SECONDS: quickly(8),
    A2A_PUSH_TIMEOUT_SECONDS: '1',
    DATABASE_URL: databaseUrl(database),
    CODETETHER_SECRET_KEY: database.secret,
    CODETETHER_UNSAFE_DATABASE: 'true',
    CODETETHER_DATA_DIR: '/dev/null',
  }
  const script = fileURLToPath(new URL('push-server.ts', import.meta.url))
  const program = runNode([script, JSON.stringify(env)], { cwd: workspace, ipc: true })
  const [url] = await once(program.child, 'message')
  return { url, program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() }
}

/** What a config has to be told of: from which generation on. */
interface Told {
  taskId: string
  from: number
}

/** Tasks that wait to begin, each with a webhook, and a second one for every fourth. @returns by the path of the webhook. */
async function begin(url: string, database: TestDatabase, hooks: string): Promise<Map<string, Told>> {
  const told = new Map<string, Told>()
  const call = async (method: string, params: object) => {
    const { result, error } = await rpc(url, { method, params })
    assert.equal(error, undefined, JSON.stringify(error))
    return result
  }
  const isAsking = (id: string) => async () => (await call('tasks/get', { id })).status.state === 'input-required'
  for (let n = 0; n < tasks; n++) {
    const path = n === 0 ? '/never' : `/${n}`
    const config = { url: hooks + path, token: secret }
    const sent =
      n % 2 === 0
        ? (await call('SendMessage', sendV10('Steps', config))).task
        : await call('message/send', sendV03('Steps', config))
    told.set(path, { taskId: sent.id, from: 1 })
    if (n % 4 !== 0) continue
    await waitUntil('it asks', isAsking(sent.id))
    const second = { taskId: sent.id, pushNotificationConfig: { url: `${hooks}/${n}-late`, token: secret } }
    await call('tasks/pushNotificationConfig/set', second)
    const rows = await query<RpcBody>(database, 'select generation::int + 1 as next from tasks where id = $1', [
      sent.id,
    ])
    told.set(`/${n}-late`, { taskId: sent.id, from: rows[0].next })
  }
  for (const { taskId } of told.values()) await waitUntil('it asks', isAsking(taskId))
  return told
}

/** What is left to be delivered or to be done. */
const isAllSettled = async (database: TestDatabase): Promise<boolean> => {
  const [row] = await query<RpcBody>(
    database,
    `select bool_and(c.sent_seq = t.last_seq and t.state = 'completed' and c.lease_token is null) as done
     from push_configs c join tasks t on t.tenant_id = c.tenant_id and t.id = c.task_id`,
  )
  return row.done
}

/** Dead letters as `path generation`. */
const deadOf = async (database: TestDatabase, hooks: string): Promise<Set<string>> => {
  const rows = await query<RpcBody>(
    database,
    `select c.url, e.generation::int as generation from push_dead_letters d
       join push_configs c on c.task_id = d.task_id and c.id = d.config_id
       join task_events e on e.task_id = d.task_id and e.seq = d.seq`,
  )
  return new Set(rows.map(({ url, generation }) => `${url.slice(hooks.length)} ${generation}`))
}

/** Each attempt is signed, told by its id, and comes behind those of earlier changes. */
function assertAttempts(told: Map<string, Told>, attempts: readonly Attempt[]): void {
  const webhook = new Webhook(secret)
  const reached = new Map<string, number>()
  const bodies = new Map<string, string>()
  for (const { path, id, generation, raw, headers } of attempts) {
    const key = `${path} ${generation}`
    assert.deepEqual(webhook.verify(raw, headers), JSON.parse(raw), key)
    assert.equal(id, `${told.get(path)?.taskId}_${generation}`)
    assert.ok(generation >= (reached.get(path) ?? 0), `${key} came after ${reached.get(path)}`)
    reached.set(path, generation)
    // In v0.3 it is the task as it is by then.
    if (headers['content-type'] !== 'application/a2a+json') continue
    assert.equal(bodies.get(key) ?? raw, raw, `${key} has changed`)
    bodies.set(key, raw)
  }
}

const title = 'through ten killed senders, a receiver of many moods is told of every change, or a dead letter is'

// Eleven servers start, one after the other.
test(title, { timeout: 180_000 }, async t => {
  const seed = Number(process.hrtime.bigint() % 1_000_000n)
  t.diagnostic(`seed ${seed}`)
  await using receiver = await startMoodyReceiver(seed)
  await using database = await testDatabase()
  let sender = await startSender(database)
  try {
    const told = await begin(sender.url, database, receiver.url)
    const waiting = [...new Set([...told.values()].map(({ taskId }) => taskId))]
    for (let life = 0; life < kills; life++) {
      const started = waiting.slice((life * tasks) / kills, ((life + 1) * tasks) / kills)
      for (const taskId of started)
        await rpc(sender.url, {
          method: 'message/send',
          params: { ...message('go', { taskId }), configuration: { blocking: false } },
        })
      const before = receiver.attempts.length
      await waitUntil('some are sent', () => receiver.attempts.length >= before + sentPerLife, 60_000)
      await sender.program.end('SIGKILL')
      sender = await startSender(database)
    }
    await waitUntil('everything is delivered or given up', () => isAllSettled(database), 60_000)
    const dead = await deadOf(database, receiver.url)
    const taken = receiver.attempts
      .filter(({ isTaken }) => isTaken)
      .map(({ path, generation }) => `${path} ${generation}`)
    const distinct = new Set(taken)
    const reached = await query<RpcBody>(database, 'select id, generation::int as generation from tasks')
    const generations = new Map(reached.map(({ id, generation }) => [id, generation]))
    assertAttempts(told, receiver.attempts)
    let events = 0
    for (const [path, { taskId, from }] of told)
      for (let generation = from; generation <= generations.get(taskId); generation++, events++)
        assert.ok(distinct.has(`${path} ${generation}`) || dead.has(`${path} ${generation}`), `${path} ${generation}`)
    assert.equal(distinct.difference(dead).size + dead.size, events)
    t.diagnostic(
      `${events} events, ${receiver.attempts.length} attempts read, ${taken.length - distinct.size} duplicates`,
    )
    t.diagnostic(`${dead.size} dead letters; ${[...receiver.moods].map(([name, n]) => `${name}: ${n}`).join(', ')}`)
    assert.ok(events >= 1_000, `${events} events`)
    assert.ok(taken.length > distinct.size, 'nothing came twice')
    assert.ok(dead.has('/never 1'))
  } finally {
    await sender[Symbol.asyncDispose]()
  }
})
