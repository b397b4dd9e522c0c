import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoAgent } from '@codetether/agents/echo-agent'
import { agentOf, assertNoOrphans, assertSoundLog, query, soon, to } from './event-log.ts'
import { type Platform, startPlatform } from './platform.ts'

const env = { A2A_AUTH_TOKENS: 'alice:token-of-alice,bob:token-of-bob' }
const as = (name: string) => ({ authorization: `Bearer token-of-${name}` })

let runs = 0
const counting = agentOf('Counting', async (_message, ctx) => {
  runs++
  await ctx.reply(`run ${runs}`)
})
const other = agentOf('Other', async (_message, ctx) => ctx.reply('from the other one'))
const agents = [counting, other, echoAgent]

const platformOf = () => startPlatform({ agents, env })
const send = (platform: Platform, params: object, name = 'alice') => platform.rpc('message/send', params, as(name))
const countTasks = async (platform: Platform) =>
  (await query<{ n: number }>(platform.database, 'select count(*)::int as n from tasks'))[0]?.n

for (const agent of ['Counting', echoAgent.name])
  test(`200 submissions of one message to ${agent} at the same time are one task`, async () => {
    await using platform = await platformOf()
    runs = 0
    const params = to(agent, 'once', { messageId: 'the only one' })
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => send(platform, n % 2 === 0 ? params : soon(params))),
    )
    const ids = new Set(answers.map(({ result }) => result?.id))
    assert.equal(ids.size, 1, JSON.stringify(answers.find(answer => answer.error)?.error))
    assert.equal(await countTasks(platform), 1)
    if (agent === 'Counting') assert.equal(runs, 1)
    const [id] = ids
    await assertSoundLog(platform.database, id)
    await assertNoOrphans(platform.database)
    const after = (await send(platform, params)).result
    assert.deepEqual([after.id, after.status.state], [id, 'completed'])
  })

test('a message id that comes again with anything else in it is a conflict', async () => {
  await using platform = await platformOf()
  const first = to('Counting', 'hello', { messageId: 'taken' })
  const { id } = (await send(platform, first)).result
  const others: object[] = [
    to('Counting', 'hello!', { messageId: 'taken' }),
    to('Counting', 'hello', { messageId: 'taken', contextId: 'another' }),
    to('Counting', 'hello', { messageId: 'taken', extensions: ['urn:x'] }),
    to('Counting', 'hello', { messageId: 'taken', referenceTaskIds: [id] }),
    { ...first, metadata: { more: true } },
    { message: { ...first.message, parts: [...first.message.parts, { kind: 'data', data: {} }] } },
  ]
  for (const params of others) {
    const { error } = await send(platform, params)
    assert.equal(error?.code, -31409, JSON.stringify(params))
    assert.equal(JSON.stringify(error.data).includes(id), true)
  }
  assert.equal(await countTasks(platform), 1)
  assert.equal((await send(platform, first)).result.id, id)
})

test('a message id belongs to its principal and its agent', async () => {
  await using platform = await platformOf()
  const mine = to('Counting', 'hello', { messageId: 'shared' })
  const theirs = to('Counting', 'something else', { messageId: 'shared' })
  const { id } = (await send(platform, mine)).result
  const bobs = (await send(platform, theirs, 'bob')).result.id
  const others = (await send(platform, to('Other', 'yet another', { messageId: 'shared' }))).result.id
  assert.equal(new Set([id, bobs, others]).size, 3)
  assert.equal((await send(platform, mine)).result.id, id)
  assert.equal((await send(platform, theirs, 'bob')).result.id, bobs)
  assert.equal((await platform.rpc('tasks/get', { id: bobs }, as('alice'))).error.code, -32001)
})

test('messages without an id are as many tasks as messages', async () => {
  await using platform = await platformOf()
  const { messageId, ...anonymous } = to('Counting').message
  const ids = await Promise.all(
    Array.from({ length: 10 }, async () => (await send(platform, { message: anonymous })).result.id),
  )
  assert.ok(messageId)
  assert.equal(new Set(ids).size, 10)
  assert.deepEqual(await query(platform.database, 'select * from task_requests'), [])
})

test('a message id is free again after its time', async () => {
  await using platform = await platformOf()
  const params = to('Counting', 'hello', { messageId: 'old' })
  const { id } = (await send(platform, params)).result
  const age = (hours: number) =>
    query(platform.database, `update task_requests set created_at = now() - make_interval(hours => ${hours})`)
  await age(23)
  assert.equal((await send(platform, params)).result.id, id)
  await age(25)
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(platform, params)))
  const ids = new Set(answers.map(({ result }) => result.id))
  assert.equal(ids.size, 1)
  assert.equal(ids.has(id), false)
  assert.equal(await countTasks(platform), 2)
  await assertNoOrphans(platform.database)
})

test('a file that is sent twice is stored once', async () => {
  await using platform = await platformOf()
  const bytes = Buffer.alloc(75_000, 'a').toString('base64')
  const params = to('Counting', 'look', {
    messageId: 'with a file',
    parts: [{ kind: 'file', file: { bytes, name: 'a.bin' } }],
  })
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(platform, params)))
  assert.equal(new Set(answers.map(({ result }) => result.id)).size, 1)
  assert.deepEqual(await query(platform.database, 'select count(*)::int as n from blobs'), [{ n: 1 }])
  await assertNoOrphans(platform.database)
})
