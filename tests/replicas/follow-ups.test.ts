import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { query, soon, to } from '../event-log.ts'
import { until } from '../journeys/until.ts'
import { rpc } from '../platform.ts'
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

test('of many follow-ups to one task over several replicas none is lost, repeated or handled out of order', async () => {
  await using rig = await Rig.start({ database, replicas: [{ agents }, { agents }], leaseSeconds: 60 })
  const { result: task } = await rig.rpc('message/send', soon(to('Collector', 'begin')))
  const followUp = (place: number, text: string) =>
    rpc(rig.at(place).url, { method: 'message/send', params: soon(to('Collector', text, { taskId: task.id })) })
  const texts = Array.from({ length: many }, (_, n) => `follow-up ${n}`)
  const answers = await Promise.all(texts.map((text, n) => followUp(n % 2, text)))
  assert.deepEqual(
    answers.filter(({ error }) => error).map(({ error }) => error),
    [],
  )
  assert.deepEqual([...new Set(answers.map(({ result }) => result.id))], [task.id])

  const state = async () => (await rig.rpc('tasks/get', { id: task.id })).result.status.state
  await until('all turns', async () => (await messagesAndTurns(task.id))[1].length === many + 1, 50_000)
  await until('the last question', async () => (await state()) === 'input-required')
  const [messages, turns] = await messagesAndTurns(task.id)
  assert.deepEqual(messages.toSorted(), ['begin', ...texts].toSorted())
  assert.deepEqual(turns, messages)

  await followUp(0, 'finish')
  await until('the end', async () => (await state()) === 'completed')
  assert.deepEqual(staleWrites((await readStamped(database.admin)).events), [])
})
