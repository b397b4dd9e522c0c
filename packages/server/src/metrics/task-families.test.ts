import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from './registry.ts'
import { shared } from './shared.ts'
import { type TaskFigures, taskFamilies } from './task-families.ts'

const textOf = async (agents: string[], read: () => Promise<TaskFigures>) => {
  const registry = new Registry()
  for (const family of taskFamilies({ agents, read })) registry.add(family)
  return (await registry.render()).split('\n').filter(line => line !== '' && !line.startsWith('#'))
}

test('one scrape asks once, and agents that are not hosted are counted together', async () => {
  let asked = 0
  const lines = await textOf(['Echo'], async () => {
    asked++
    return {
      counts: [
        { agent: 'Echo', state: 'working', n: 2 },
        { agent: 'Old', state: 'failed', n: 3 },
        { agent: 'Older', state: 'failed', n: 4 },
      ],
      queue: { length: 5, oldestSeconds: 1.5 },
    }
  })
  assert.equal(asked, 1)
  assert.ok(lines.includes('codetether_tasks{agent="Echo",state="working"} 2'))
  assert.ok(lines.includes('codetether_tasks{agent="Echo",state="rejected"} 0'))
  assert.ok(lines.includes('codetether_tasks{agent="other",state="failed"} 7'))
  assert.ok(lines.includes('codetether_queue_tasks 5'))
  assert.ok(lines.includes('codetether_queue_oldest_age_seconds 1.5'))
})

test('without the database the tasks are absent instead of 0', async () => {
  assert.deepEqual(await textOf(['Echo'], () => Promise.reject(new Error('gone'))), ['codetether_database_up 0'])
})

test('an answer is kept for its time and shared by all who ask', async () => {
  let now = 0
  let asked = 0
  const ask = shared(
    100,
    async () => ++asked,
    () => now,
  )
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [1, 1, 1])
  now = 99
  assert.equal(await ask(), 1)
  now = 100
  assert.deepEqual(await Promise.all([ask(), ask()]), [2, 2])
})
