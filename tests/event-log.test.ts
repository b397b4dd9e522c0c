import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentContext } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import { agentOf, assertNoOrphans, assertSoundLog, heldAgent, query, readLog, soon, to } from './event-log.ts'
import { type Frame, frames } from './journeys/frames.ts'
import { type Platform, startPlatform } from './platform.ts'

const stream = (platform: Platform, params: object): Promise<Frame[]> =>
  Array.fromAsync(frames(platform.url, { method: 'message/stream', params }))

const taskOf = async (platform: Platform, params: object): Promise<string> => {
  const { result } = await platform.rpc('message/send', soon(params))
  return result.id
}

const textsOf = (list: { body: { message?: { parts: { text: string }[] } } }[]) =>
  list.flatMap(({ body }) => body.message?.parts.map(part => part.text) ?? [])

const chatty = agentOf('Chatty', async (_message, ctx) => {
  await ctx.status('one')
  await ctx.artifact({ artifactId: 'a', parts: [{ text: '1' }] }, { append: false, lastChunk: false })
  await ctx.artifact({ artifactId: 'a', parts: [{ text: '2' }] }, { append: true, lastChunk: true })
  await ctx.status('two', { step: 2 })
  await ctx.reply('done')
})

test('the log is numbered without a gap and every visible change is one frame', async () => {
  await using platform = await startPlatform({ agents: [chatty] })
  const shown = await stream(platform, to('Chatty'))
  const taskId = shown[0]?.result.id
  const log = await assertSoundLog(platform.database, taskId)
  assert.deepEqual(
    log.map(event => event.kind),
    ['created', 'attempt', 'status', 'status', 'artifact', 'artifact', 'status', 'artifact', 'status'],
  )
  const visible = log.filter(event => event.generation !== null)
  assert.deepEqual(
    shown.map(({ id, result }) => [id, result.kind]),
    visible.map(({ generation, kind }) => [generation, kind === 'created' ? 'task' : `${kind}-update`]),
  )
  assert.deepEqual(
    shown.map(({ result }) => result.final === true),
    shown.map((_, n) => n === shown.length - 1),
  )
})

test('events of calls that nobody waits for are stored in the order of the calls', async () => {
  const count = 60
  const hasty = agentOf('Hasty', async (_message, ctx) => {
    const calls: Promise<void>[] = []
    for (let n = 0; n < count; n++)
      calls.push(n % 3 === 2 ? ctx.artifact({ artifactId: `a${n}`, parts: [{ text: `${n}` }] }) : ctx.status(`${n}`))
    calls.push(ctx.reply('end'))
    await Promise.all(calls)
  })
  const careless = agentOf('Careless', async (_message, ctx) => {
    for (let n = 0; n < count; n++) ctx.status(`${n}`).catch(() => undefined)
    ctx.reply('end').catch(() => undefined)
  })
  await using platform = await startPlatform({ agents: [hasty, careless] })
  for (const name of ['Hasty', 'Careless']) {
    const { result } = await platform.rpc('message/send', to(name))
    assert.equal(result.status.state, 'completed')
    const log = await assertSoundLog(platform.database, result.id)
    const numbers = log.slice(3, -2).map(({ body }) => (body.message ?? body.artifact).parts[0].text)
    assert.deepEqual(
      numbers,
      Array.from({ length: count }, (_, n) => `${n}`),
    )
  }
})

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'stored',
    (error: unknown) => (error instanceof PlatformError ? error.code : String(error)),
  )

/** Everything that a handler can write, each with how it ended. */
const writeAll = (ctx: AgentContext): Promise<string[]> =>
  Promise.all(
    [
      ctx.status('still here'),
      ctx.artifact({ artifactId: 'late', parts: [{ text: 'late' }] }),
      ctx.artifact({ artifactId: 'late', parts: [{ text: 'later' }] }, { append: true }),
      ctx.ask('may I?'),
      ctx.reply('done'),
    ].map(codeOf),
  )

for (const [how, sql] of [
  [
    'a takeover by another replica',
    'attempt = attempt + 1, lease_token = gen_random_uuid(), lease_owner = gen_random_uuid()',
  ],
  ['another token for the same attempt', 'lease_token = gen_random_uuid()'],
  ['another attempt with the same token', 'attempt = attempt + 1'],
  ['a lease that was given up', 'lease_token = null, lease_owner = null'],
])
  test(`after ${how} nothing that the old attempt writes is stored`, async () => {
    const held = heldAgent()
    await using platform = await startPlatform({ agents: [held.agent] })
    const { database } = platform
    const taskId = await taskOf(platform, to('Held'))
    await held.started
    await query(database, `update tasks set ${sql}, lease_until = now() + interval '1 hour' where id = $1`, [taskId])
    // The thread prolongs a lease whose token it knows.
    const tasks = () => query(database, `select to_jsonb(t) - 'lease_until' as task from tasks t`)
    const before = [await readLog(database, taskId), await tasks()]
    const outcomes = Promise.withResolvers<string[]>()
    held.tell(async ctx => outcomes.resolve(await writeAll(ctx)))
    assert.deepEqual(await outcomes.promise, Array(5).fill('LEASE_LOST'))
    await held.ended
    assert.deepEqual([await readLog(database, taskId), await tasks()], before)
    assert.deepEqual(await query(database, 'select * from task_artifacts'), [])
  })

test('a handler that lets the lost lease pass leaves no failure behind', async () => {
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent] })
  const { database } = platform
  const taskId = await taskOf(platform, to('Held'))
  await held.started
  await query(database, 'update tasks set lease_token = gen_random_uuid() where id = $1', [taskId])
  const before = await readLog(database, taskId)
  held.tell(ctx => ctx.reply('done'))
  await held.ended
  await platform.server[Symbol.asyncDispose]()
  assert.deepEqual(await readLog(database, taskId), before)
})

test('a task that is canceled while it runs stays canceled, and its agent is told', async () => {
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent] })
  const taskId = await taskOf(platform, to('Held'))
  const { signal } = await held.started
  assert.equal(signal.aborted, false)
  const { result } = await platform.rpc('tasks/cancel', { id: taskId })
  assert.equal(result.status.state, 'canceled')
  assert.equal(signal.aborted, true)
  assert.match(String(signal.reason), /canceled/)
  const outcomes = Promise.withResolvers<string[]>()
  held.tell(async ctx => outcomes.resolve(await writeAll(ctx)))
  assert.deepEqual(await outcomes.promise, Array(5).fill('LEASE_LOST'))
  const log = await assertSoundLog(platform.database, taskId)
  assert.equal(log.at(-1)?.body.state, 'canceled')
  assert.equal((await platform.rpc('tasks/get', { id: taskId })).result.status.state, 'canceled')
  assert.equal((await platform.rpc('tasks/cancel', { id: taskId })).error.code, -32002)
})

test('of many cancels and an answer at the same moment exactly one wins', async () => {
  const rounds = Array.from({ length: 20 }, (_, round) => heldAgent(`Held${round}`))
  await using platform = await startPlatform({ agents: rounds.map(held => held.agent) })
  for (const held of rounds) {
    const taskId = await taskOf(platform, to(held.agent.name))
    const ctx = await held.started
    held.tell(() => Promise.resolve())
    const cancels = Array.from({ length: 4 }, () => platform.rpc('tasks/cancel', { id: taskId }))
    const [reply, ...answers] = await Promise.all([codeOf(ctx.reply('won')), ...cancels])
    const canceled = answers.filter(answer => answer.result?.status.state === 'canceled').length
    assert.deepEqual([reply === 'stored' ? 1 : 0, canceled].sort(), [0, 1])
    for (const { error } of answers) assert.ok(error === undefined || error.code === -32002)
    const log = await assertSoundLog(platform.database, taskId)
    assert.equal(log.at(-1)?.body.state, canceled === 1 ? 'canceled' : 'completed')
  }
  await assertNoOrphans(platform.database)
})

const asking = agentOf('Asking', async (message, ctx) => {
  const [part] = message.parts
  const text = part && 'text' in part ? part.text : ''
  if (ctx.history.length === 1) return ctx.ask('which one?')
  await ctx.status(`attempt ${ctx.attempt}`)
  await ctx.reply(`${text} of ${ctx.history.map(m => m.role).join(', ')}`)
})

test('a question is answered, and the history has every message once and in order', async () => {
  await using platform = await startPlatform({ agents: [asking] })
  const asked = (await platform.rpc('message/send', to('Asking', 'first'))).result
  assert.equal(asked.status.state, 'input-required')
  assert.equal(asked.status.message.parts[0].text, 'which one?')
  const answer = to('Asking', 'second', { taskId: asked.id, contextId: asked.contextId })
  const done = (await platform.rpc('message/send', answer)).result
  assert.equal(done.status.message.parts[0].text, 'second of user, agent, user')
  const texts = done.history.map((m: { role: string; parts: { text: string }[] }) => [m.role, m.parts[0]?.text])
  assert.deepEqual(texts, [
    ['user', 'first'],
    ['agent', 'which one?'],
    ['user', 'second'],
    ['agent', 'attempt 2'],
  ])
  const log = await assertSoundLog(platform.database, done.id)
  assert.deepEqual(
    log.map(({ kind, body }) => body.state ?? kind),
    [
      ...['created', 'attempt', 'working', 'input-required'],
      ...['message', 'attempt', 'working', 'working', 'artifact', 'completed'],
    ],
  )
  assert.deepEqual(textsOf(log), ['which one?', 'second', 'attempt 2', 'second of user, agent, user'])
  const again = (await platform.rpc('message/send', answer)).result
  assert.deepEqual(again, done)
  assert.equal((await readLog(platform.database, done.id)).length, log.length)
})

test('a follow-up that does not fit its task is refused and leaves nothing behind', async () => {
  await using platform = await startPlatform({ agents: [asking, chatty] })
  const ended = (await platform.rpc('message/send', to('Chatty'))).result
  const waiting = (await platform.rpc('message/send', to('Asking'))).result
  const before = await query(platform.database, 'select * from task_events order by task_id, seq')
  const refusals: [object, number][] = [
    [{ taskId: ended.id }, -32004],
    [{ taskId: ended.id, contextId: ended.contextId }, -32004],
    [{ taskId: waiting.id, contextId: ended.contextId }, -32602],
    [{ taskId: waiting.id, contextId: 'another' }, -32602],
    [{ taskId: crypto.randomUUID() }, -32001],
    [{ taskId: 'no id at all' }, -32001],
  ]
  for (const [place, code] of refusals) {
    const { error, result } = await platform.rpc('message/send', to('Asking', 'more', place))
    assert.deepEqual([error?.code, result], [code, undefined], JSON.stringify(place))
  }
  assert.deepEqual(await query(platform.database, 'select * from task_events order by task_id, seq'), before)
})

test('of many answers to one question each that is taken has its turn, and none is taken behind the end', async () => {
  await using platform = await startPlatform({ agents: [asking] })
  const { id } = (await platform.rpc('message/send', to('Asking'))).result
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => platform.rpc('message/send', to('Asking', `answer ${n}`, { taskId: id }))),
  )
  const taken = answers.filter(({ error }) => error === undefined).length
  const refused = answers.filter(({ error }) => error?.code === -32004).length
  assert.ok(taken > 0)
  assert.equal(taken + refused, answers.length)
  const log = await assertSoundLog(platform.database, id)
  assert.equal(log.filter(event => event.kind === 'message').length, taken)
})
