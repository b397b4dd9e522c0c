import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textOf } from '@codetether/protocol/message'
import { waitUntil } from '@codetether/testing/wait-until'
import { agentOf, assertSoundLog, heldAgent, query, soon, to } from './event-log.ts'
import { type Platform, startPlatform } from './platform.ts'

const stateOf = async (platform: Platform, id: string) => (await platform.rpc('tasks/get', { id })).result.status.state

const whenEnded = (platform: Platform, id: string) =>
  waitUntil('the task has ended', async () => (await stateOf(platform, id)) === 'completed')

test('messages to a task that runs have a turn each, in their order, and the task ends with the last', async () => {
  const turns: { text: string; history: string[] }[] = []
  const gate = Promise.withResolvers<void>()
  const agent = agentOf('Turns', async (message, ctx) => {
    await gate.promise
    turns.push({ text: textOf(message.parts), history: ctx.history.map(m => textOf(m.parts)) })
    await ctx.reply(`answer to ${textOf(message.parts)}`)
  })
  await using platform = await startPlatform({ agents: [agent] })
  const { id } = (await platform.rpc('message/send', soon(to('Turns', 'one')))).result
  for (const text of ['two', 'three'])
    assert.equal(
      (await platform.rpc('message/send', soon(to('Turns', text, { taskId: id })))).result.status.state,
      'working',
    )
  gate.resolve()
  await whenEnded(platform, id)
  assert.deepEqual(turns, [
    { text: 'one', history: ['one'] },
    { text: 'two', history: ['one', 'answer to one', 'two'] },
    { text: 'three', history: ['one', 'two', 'answer to one', 'answer to two', 'three'] },
  ])
  const { artifacts, status, history } = (await platform.rpc('tasks/get', { id })).result
  assert.equal(artifacts.length, 3)
  assert.equal(status.message.parts[0].text, 'answer to three')
  assert.deepEqual(
    history
      .filter((m: { role: string }) => m.role === 'user')
      .map((m: { parts: [{ text: string }] }) => m.parts[0].text),
    ['one', 'two', 'three'],
  )
  await assertSoundLog(platform.database, id)
})

test('200 messages at once to one task lose nothing: each is in the history once and has one turn', async () => {
  const seen: string[] = []
  const gate = Promise.withResolvers<void>()
  const agent = agentOf('Turns', async (message, ctx) => {
    seen.push(textOf(message.parts))
    await gate.promise
    await ctx.ask('more?')
  })
  await using platform = await startPlatform({ agents: [agent] })
  const { id } = (await platform.rpc('message/send', soon(to('Turns', 'first')))).result
  const sent = Array.from({ length: 200 }, (_, n) => soon(to('Turns', `more ${n}`, { taskId: id })))
  // Every second message twice: the same id attaches.
  const doubled = sent.flatMap((params, n) => (n % 2 === 0 ? [params, params] : [params]))
  const answers = await Promise.all(doubled.map(params => platform.rpc('message/send', params)))
  assert.deepEqual(
    answers.filter(({ error }) => error),
    [],
  )
  gate.resolve()
  await waitUntil('all have had their turn', async () => (await stateOf(platform, id)) === 'input-required')
  const log = await assertSoundLog(platform.database, id)
  const logged = log.filter(event => event.kind === 'message').map(event => event.body.message.parts[0].text)
  assert.equal(new Set(logged).size, 200)
  assert.deepEqual(seen, ['first', ...logged])
})

test('a message that comes with the answer is not lost: the task does not end before it has had its turn', async () => {
  await using platform = await startPlatform({
    agents: [agentOf('Quick', async (message, ctx) => ctx.reply(`answer to ${textOf(message.parts)}`))],
  })
  for (let round = 0; round < 30; round++) {
    const { id } = (await platform.rpc('message/send', soon(to('Quick', 'first')))).result
    const { error } = await platform.rpc('message/send', soon(to('Quick', 'second', { taskId: id })))
    await whenEnded(platform, id)
    const answers = (await platform.rpc('tasks/get', { id })).result.artifacts.length
    assert.equal(answers, error ? 1 : 2)
    if (error) assert.equal(error.code, -32004)
  }
})

test('a message id that was used for another task, or with another text, is a conflict', async () => {
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent] })
  const { id } = (await platform.rpc('message/send', soon(to('Held', 'first', { messageId: 'taken' })))).result
  const add = (text: string, messageId: string) =>
    platform.rpc('message/send', soon(to('Held', text, { taskId: id, messageId })))
  assert.equal((await add('other', 'taken')).error?.code, -31409)
  assert.equal((await add('second', 'mine')).error, undefined)
  assert.equal((await add('second', 'mine')).error, undefined)
  assert.equal((await add('third', 'mine')).error?.code, -31409)
  const rows = await query(platform.database, 'select from task_messages')
  assert.equal(rows.length, 2)
  held.tell(ctx => ctx.reply('done'))
})

test('a turn that was interrupted by a stop begins anew with the same input, and the next one follows', async () => {
  const turns: string[][] = []
  const hold = agentOf(
    'Turns',
    (_message, ctx) =>
      new Promise((_, reject) => {
        ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))
      }),
  )
  const answer = agentOf('Turns', async (_message, ctx) => {
    turns.push(ctx.history.map(m => textOf(m.parts)))
    await ctx.reply('done')
  })
  const first = await startPlatform({ agents: [hold] })
  const { database } = first
  const { id } = (await first.rpc('message/send', soon(to('Turns', 'one')))).result
  await first.rpc('message/send', soon(to('Turns', 'two', { taskId: id })))
  await first.server[Symbol.asyncDispose]()
  {
    await using second = await startPlatform({ agents: [answer], database })
    await whenEnded(second, id)
  }
  assert.deepEqual(turns, [['one'], ['one', 'done', 'two']])
  await first[Symbol.asyncDispose]()
})

test('an agent that fails while messages wait fails the task', async () => {
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent] })
  const { id } = (await platform.rpc('message/send', soon(to('Held', 'one')))).result
  await platform.rpc('message/send', soon(to('Held', 'two', { taskId: id })))
  held.tell(async () => {
    throw new Error('out of paper')
  })
  await waitUntil('the task has failed', async () => (await stateOf(platform, id)) === 'failed')
  await assertSoundLog(platform.database, id)
})

test('no program settles a task while a message waits', async () => {
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent] })
  const { id } = (await platform.rpc('message/send', soon(to('Held', 'one')))).result
  await platform.rpc('message/send', soon(to('Held', 'two', { taskId: id })))
  for (const state of ['completed', 'failed', 'rejected', 'input-required', 'auth-required'])
    await assert.rejects(
      query(platform.database, 'update tasks set state = $2, last_seq = last_seq + 1 where id = $1', [id, state]),
      { code: '23514', constraint: 'task_unread' },
    )
  assert.equal((await platform.rpc('tasks/cancel', { id })).result.status.state, 'canceled')
  held.tell(async () => undefined)
})

test('a next turn whose messages cannot be read goes on later, and ends nothing else', async () => {
  const held = heldAgent('Held')
  await using platform = await startPlatform({ agents: [held.agent] })
  const { database } = platform
  const { id } = (await platform.rpc('message/send', soon(to('Held', 'one')))).result
  await platform.rpc('message/send', soon(to('Held', 'two', { taskId: id })))
  await query(
    database,
    `create function refuse() returns trigger language plpgsql security definer as
       $$ begin revoke select on public.task_messages from ct_app; return null; end $$;
     create trigger refuse after update on tasks for each row when (old.turn_seq <> new.turn_seq)
       execute function refuse()`,
  )
  held.tell(ctx => ctx.reply('done'))
  await waitUntil('the lease is given back', async () => {
    const rows = await query(database, 'select from tasks where lease_owner is null')
    return rows.length === 1
  })
  await query(database, 'drop function refuse() cascade; grant select on task_messages to ct_app')
  await whenEnded(platform, id)
})
