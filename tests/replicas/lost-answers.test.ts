import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import type { SendMessageRequest } from '@a2a-js/sdk'
import type { Client } from '@a2a-js/sdk/client'
import { testDatabase } from '@codetether/testing/test-database'
import { faultless, findFaults } from '../journeys/history.ts'
import { connect, dialects, kindOf, nameOf, request, send } from '../official-client.ts'
import { Rig } from './rig.ts'
import { readStamped } from './stored.ts'

const perDialect = 60
const lostEvery = 5
const tries = 10

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
const replicas = [{ agents: ['Pure', 'Steps'] }, { agents: ['Pure', 'Steps'] }]
const rig = owned.use(await Rig.start({ database, replicas, leaseSeconds: 60, grpc: true }))
const { balancer } = rig.front
const clients = await Promise.all(dialects.map(dialect => connect(rig.url, dialect)))
const never = Number.POSITIVE_INFINITY

const idOf = ({ message }: SendMessageRequest): string => message?.messageId ?? ''

/** The tasks of a message. */
async function tasksOf(message: SendMessageRequest): Promise<string[]> {
  const { tasks } = await readStamped(database.admin)
  return tasks.flatMap(({ id, messageId }) => (messageId === idOf(message) ? [id] : []))
}

/** Makes a call whose answer is lost, and makes it again. @returns what the other replica answers. */
async function twice<T>(call: () => Promise<T>): Promise<T> {
  balancer.loseEvery(1)
  await assert.rejects(call())
  const first = balancer.last
  balancer.loseEvery(never)
  const answer = await call()
  assert.notEqual(balancer.last, first)
  return answer
}

for (const [n, dialect] of dialects.entries())
  test(`a message whose answer is lost after COMMIT finds its task on the other replica, ${nameOf(dialect)}`, async () => {
    const client = clients[n]
    assert.ok(client)
    const message = request('hello', { agent: 'Pure' })
    const task = await twice(() => send(client, message))
    assert.deepEqual(await tasksOf(message), [task.id])

    const streamed = request('hello', { agent: 'Steps' })
    const frames = await twice(() => Array.fromAsync(client.sendMessageStream(streamed)))
    const [first] = frames
    assert.ok(first?.payload?.$case === 'task')
    assert.deepEqual(await tasksOf(streamed), [first.payload.value.id])
    assert.equal(frames.map(kindOf).at(-1), 'TASK_STATE_COMPLETED')
  })

/** Sends a message until there is an answer. */
async function insist(client: Client, message: SendMessageRequest): Promise<{ id: string; repeated: number }> {
  for (let repeated = 0; ; repeated++)
    try {
      return { id: (await send(client, message)).id, repeated }
    } catch (error) {
      if (repeated === tries) throw error
    }
}

test(`of ${dialects.length * perDialect} messages through every door, of which every fifth answer is lost, each is one task`, async () => {
  balancer.loseEvery(lostEvery)
  const acknowledged = new Map<string, string>()
  let repetitions = 0
  const work = async (client: Client, lane: number) => {
    for (let n = lane; n < perDialect; n += 4) {
      const message = request(`${n}`, { agent: n % 2 === 0 ? 'Pure' : 'Steps' })
      const { id, repeated } = await insist(client, message)
      acknowledged.set(idOf(message), id)
      repetitions += repeated
    }
  }
  await Promise.all(clients.flatMap(client => [0, 1, 2, 3].map(lane => work(client, lane))))
  balancer.loseEvery(never)
  const sent = dialects.length * perDialect
  assert.ok(repetitions >= sent / lostEvery)
  const { tasks, events } = await readStamped(database.admin)
  assert.deepEqual(findFaults({ acknowledged, tasks, events }), faultless)
  assert.deepEqual([acknowledged.size, new Set(acknowledged.values()).size], [sent, sent])
  assert.equal(tasks.length, sent + 2 * dialects.length)
})
