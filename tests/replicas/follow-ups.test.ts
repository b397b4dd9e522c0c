import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { TaskState } from '@a2a-js/sdk'
import { testDatabase } from '@codetether/testing/test-database'
import { query } from '../event-log.ts'
import { until } from '../journeys/until.ts'
import { connect, dialects, request, send, tenant } from '../official-client.ts'
import { staleWrites } from './checks.ts'
import { Rig } from './rig.ts'
import { readStamped } from './stored.ts'

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
const agents = ['Collector']
const many = 200

/** The texts of the caller's messages in the order of the log, and of what the agent has made of them. */
async function messagesAndTurns(id: string): Promise<[messages: string[], turns: string[]]> {
  const messages = await query<{ text: string }>(
    database,
    `select message #>> '{parts,0,text}' as text from task_messages
     where task_id = $1 and message->>'role' = 'user' order by seq`,
    [id],
  )
  const turns = await query<{ text: string }>(
    database,
    `select artifact #>> '{parts,0,text}' as text from task_artifacts
     where task_id = $1 and artifact_id = 'turns' order by seq`,
    [id],
  )
  return [messages.map(({ text }) => text), turns.map(({ text }) => text)]
}

test('of 200 follow-ups at once, to one task through every door of two replicas, each has its turn, once and in order', async () => {
  await using rig = await Rig.start({ database, replicas: [{ agents }, { agents }], leaseSeconds: 60, grpc: true })
  const clients = await Promise.all(dialects.map(dialect => connect(rig.url, dialect)))
  const [client] = clients
  assert.ok(client)
  const soon = { agent: 'Collector', returnImmediately: true }
  const { id: taskId } = await send(client, request('begin', soon))
  const texts = Array.from({ length: many }, (_, n) => `follow-up ${n}`)
  const followUp = (text: string, n: number) =>
    send(clients[n % clients.length] ?? client, request(text, { ...soon, taskId }))
  const answers = await Promise.all(texts.map(followUp))
  assert.deepEqual([...new Set(answers.map(({ id }) => id))], [taskId])

  const stateOf = async () => (await client.getTask({ tenant, id: taskId })).status?.state
  await until('all turns', async () => (await messagesAndTurns(taskId))[1].length === many + 1, 50_000)
  await until('the last question', async () => (await stateOf()) === TaskState.TASK_STATE_INPUT_REQUIRED)
  const [messages, turns] = await messagesAndTurns(taskId)
  assert.deepEqual(messages.toSorted(), ['begin', ...texts].toSorted())
  assert.deepEqual(turns, messages)

  const { status } = await send(client, request('finish', { taskId }))
  assert.equal(status?.state, TaskState.TASK_STATE_COMPLETED)
  assert.deepEqual(staleWrites((await readStamped(database.admin)).events), [])
})
