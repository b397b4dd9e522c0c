import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'

test('a log is kept as long as its task at most', () => {
  const days = (events: string, tasks: string) => ({
    CODETETHER_EVENT_RETENTION_DAYS: events,
    CODETETHER_RETENTION_DAYS: tasks,
  })
  assert.deepEqual(loadConfig(days('30', '30')).config.retention, { taskDays: 30, eventDays: 30 })
  assert.deepEqual(loadConfig({ CODETETHER_EVENT_RETENTION_DAYS: '7' }).config.retention, { eventDays: 7 })
  assert.deepEqual(loadConfig({ CODETETHER_RETENTION_DAYS: '7' }).config.retention, { taskDays: 7 })
  assert.throws(
    () => loadConfig(days('31', '30')),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError)
      const [problem] = error.problems
      assert.equal(problem?.name, 'CODETETHER_EVENT_RETENTION_DAYS')
      assert.match(problem?.description ?? '', /more than CODETETHER_RETENTION_DAYS/)
      return true
    },
  )
})
