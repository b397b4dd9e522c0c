import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { textOf } from '@codetether/protocol/message'
import { testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { agentOf, assertSoundLog, query, soon, to } from './event-log.ts'
import { type Platform, startPlatform } from './platform.ts'

const states = async ({ database }: Platform) => {
  const rows = await query<{ state: string; n: number }>(
    database,
    'select state, count(*)::int as n from tasks group by state order by state',
  )
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}

const allEnded = (platform: Platform, n: number, timeoutMs?: number) =>
  waitUntil('all tasks have ended', async () => (await states(platform)).completed === n, timeoutMs)

/** Runs, of which the first ones wait until so many are there at once, and how many there were at most. */
function counted(name: string, more: object = {}, together = 1) {
  const order: string[] = []
  const met = Promise.withResolvers<void>()
  let [now, most] = [0, 0]
  const agent = agentOf(
    name,
    async (message, ctx) => {
      now++
      most = Math.max(most, now)
      order.push(textOf(message.parts))
      if (now === together) met.resolve()
      await met.promise
      await ctx.status('working on it')
      now--
      await ctx.reply('done')
    },
    more,
  )
  return { agent, order, most: () => most }
}

test('tasks of one context run one at a time, in their order, if the agent is serial', async () => {
  const { agent, order, most } = counted('Serial', { serial: true })
  await using platform = await startPlatform({ agents: [agent] })
  for (let n = 0; n < 20; n++) await platform.rpc('message/send', soon(to('Serial', String(n), { contextId: 'one' })))
  await allEnded(platform, 20)
  assert.deepEqual(
    order,
    Array.from({ length: 20 }, (_, n) => String(n)),
  )
  assert.equal(most(), 1)
})

test('other contexts of a serial agent run at the same time', async () => {
  const both = Promise.withResolvers<void>()
  let running = 0
  const agent = agentOf(
    'Serial',
    async (_message, ctx) => {
      if (++running === 2) both.resolve()
      await both.promise
      await ctx.reply('done')
    },
    { serial: true },
  )
  await using platform = await startPlatform({ agents: [agent] })
  for (const contextId of ['one', 'other']) await platform.rpc('message/send', soon(to('Serial', 'go', { contextId })))
  await allEnded(platform, 2)
})

test('a serial task that asks lets the next one run, and its answer waits in line', async () => {
  const agent = agentOf(
    'Serial',
    async (message, ctx) => (textOf(message.parts) === 'ask' ? ctx.ask('what?') : ctx.reply('done')),
    { serial: true },
  )
  await using platform = await startPlatform({ agents: [agent] })
  const place = { contextId: 'one' }
  const { id } = (
    await platform.rpc('message/send', { ...to('Serial', 'ask', place), configuration: { blocking: true } })
  ).result
  assert.equal((await platform.rpc('message/send', to('Serial', 'go', place))).result.status.state, 'completed')
  const answered = await platform.rpc('message/send', to('Serial', 'answer', { taskId: id }))
  assert.equal(answered.result.status.state, 'completed')
  await assertSoundLog(platform.database, id)
})

test('more tasks than may run at once wait, and then run', async () => {
  const { agent, most } = counted('Counted', {}, 3)
  await using platform = await startPlatform({ agents: [agent], env: { CODETETHER_MAX_RUNNING_TASKS: '3' } })
  await Promise.all(Array.from({ length: 40 }, (_, n) => platform.rpc('message/send', soon(to('Counted', String(n))))))
  await allEnded(platform, 40)
  assert.ok(most() <= 3, `${most()} at once`)
})

test('an agent that finds something unavailable runs again, and gives up as a dead letter', async () => {
  let attempts = 0
  const flaky = agentOf('Flaky', async (message, ctx) => {
    attempts++
    if (textOf(message.parts) === 'never' || ctx.attempt === 1)
      throw new PlatformError('UNAVAILABLE', 'the printer is off')
    await ctx.reply('printed')
  })
  await using platform = await startPlatform({ agents: [flaky] })
  const hurry = () =>
    query(platform.database, `update tasks set lease_until = now() where lease_owner is null and lease_until > now()`)
  const until = (id: string, state: string) =>
    waitUntil(`the task is ${state}`, async () => {
      await hurry()
      return (await platform.rpc('tasks/get', { id })).result.status.state === state
    })
  const once = (await platform.rpc('message/send', soon(to('Flaky', 'once')))).result
  await until(once.id, 'completed')
  assert.equal(attempts, 2)

  attempts = 0
  const never = (await platform.rpc('message/send', soon(to('Flaky', 'never')))).result
  await until(never.id, 'failed')
  assert.equal(attempts, 5)
  const [row] = await query(platform.database, 'select dead_letter from tasks where id = $1', [never.id])
  assert.deepEqual(row, { dead_letter: 'the printer is off' })
  await assertSoundLog(platform.database, never.id)
})

test('an event that could not be stored leaves no hole: nothing behind it is stored, and the task fails', async () => {
  const agent = agentOf('Careless', async (_message, ctx) => {
    void ctx.artifact({ artifactId: 'bad', parts: [{ text: 'a\u0000b' }] })
    void ctx.artifact({ artifactId: 'good', parts: [{ text: 'fine' }] })
    await ctx.reply('done')
  })
  await using platform = await startPlatform({ agents: [agent] })
  const { result } = await platform.rpc('message/send', to('Careless'))
  assert.equal(result.status.state, 'failed')
  assert.equal(result.artifacts, undefined)
  await assertSoundLog(platform.database, result.id)
})

test('a line of a serial agent goes on after a restart, whoever in it was running', async () => {
  await using database = await testDatabase()
  const serial = (holds: boolean) =>
    agentOf(
      'Serial',
      async (message, ctx) => {
        if (textOf(message.parts) === 'ask') return ctx.ask('which?')
        if (holds && textOf(message.parts) === 'hold') {
          await once(ctx.signal, 'abort')
          ctx.signal.throwIfAborted()
        }
        await ctx.reply('done')
      },
      { serial: true },
    )
  const place = { contextId: 'one' }
  {
    await using first = await startPlatform({ agents: [serial(true)], database })
    const asking = (
      await first.rpc('message/send', { ...to('Serial', 'ask', place), configuration: { blocking: true } })
    ).result
    assert.equal(asking.status.state, 'input-required')
    await first.rpc('message/send', soon(to('Serial', 'hold', place)))
    await waitUntil('the second runs', async () => (await states(first)).working === 1)
    // Earlier in the line than what runs.
    await first.rpc('message/send', soon(to('Serial', 'this one', { taskId: asking.id })))
  }
  await using second = await startPlatform({ agents: [serial(false)], database })
  await allEnded(second, 2)
})

test('what waits far behind in a line is put off, and others do not wait for it', async () => {
  const held = Promise.withResolvers<void>()
  const agent = agentOf(
    'Serial',
    async (message, ctx) => {
      if (textOf(message.parts) === 'hold') await held.promise
      await ctx.reply('done')
    },
    { serial: true },
  )
  await using platform = await startPlatform({ agents: [agent] })
  const send = (text: string, contextId: string) =>
    platform.rpc('message/send', soon(to('Serial', text, { contextId })))
  await send('hold', 'long')
  await waitUntil('the first runs', async () => (await states(platform)).working === 1)
  await Promise.all(Array.from({ length: 300 }, (_, n) => send(String(n), 'long')))
  await waitUntil('all behind it are put off', async () => {
    const due = await query(platform.database, `select from tasks where state = 'submitted' and lease_until < now()`)
    return due.length === 0
  })
  await send('go', 'other')
  await waitUntil('the other one has run', async () => (await states(platform)).completed === 1)
  held.resolve()
  await allEnded(platform, 302, 60_000)
})
