import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '@codetether/server/logger'
import { openContext } from '@codetether/server/open-context'
import { foldTaskCounts } from '@codetether/server/store/upkeep'
import { agentOf, heldAgent, query, soon, to } from './event-log.ts'
import { configOf, type Platform, startPlatform } from './platform.ts'

const counted = (platform: Platform) =>
  query(
    platform.database,
    `select agent, state, sum(n)::int as n from task_counts group by 1, 2 having sum(n) <> 0 order by 1, 2`,
  )
const present = (platform: Platform) =>
  query(platform.database, 'select agent, state, count(*)::int as n from tasks group by 1, 2 order by 1, 2')

test('the counters are the number of tasks by state, after every kind of change, folded or not', async () => {
  const held = heldAgent()
  const agents = [held.agent, agentOf('Quick', async (_message, ctx) => ctx.reply('done'))]
  await using platform = await startPlatform({ agents })
  const { id } = (await platform.rpc('message/send', soon(to('Held')))).result
  for (let n = 0; n < 10; n++) await platform.rpc('message/send', to('Quick', String(n)))
  await held.started
  assert.deepEqual(await counted(platform), await present(platform))
  await platform.rpc('tasks/cancel', { id })
  assert.deepEqual(await counted(platform), await present(platform))

  const config = configOf(platform.database)
  const log = createLogger({ ...config.log, authHeader: config.auth.header })
  {
    await using ctx = await openContext({ config, log, stopping: new AbortController().signal })
    for (let rows = 1; rows > 0; ) rows = await ctx.store.system(tx => foldTaskCounts(tx, 1))
  }
  assert.deepEqual(await counted(platform), await present(platform))
  const rows = await query(platform.database, 'select from task_counts')
  assert.equal(rows.length, (await present(platform)).length)
  await query(platform.database, `delete from tasks where agent = 'Quick'`)
  assert.deepEqual(await counted(platform), await present(platform))
  held.tell(async () => undefined)
})

test('a listing tells the totals of the counters, in all and by state', async () => {
  await using platform = await startPlatform({ agents: [agentOf('Quick', async (_message, ctx) => ctx.reply('done'))] })
  for (let n = 0; n < 7; n++) await platform.rpc('message/send', to('Quick', String(n), { contextId: `c${n % 2}` }))
  const total = async (params: object) => (await platform.rpc('ListTasks', params)).result.totalSize
  assert.deepEqual(
    [
      await total({}),
      await total({ status: 'TASK_STATE_COMPLETED' }),
      await total({ status: 'TASK_STATE_FAILED' }),
      await total({ contextId: 'c1' }),
    ],
    [7, 7, 0, 3],
  )
})
