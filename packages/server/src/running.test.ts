import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createRunningTasks, Stopping } from './running.ts'

/** A run that goes on until it is let go, and notes why it was aborted. */
const heldRun = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const reasons: unknown[] = []
  const run = (signal: AbortSignal): Promise<void> => {
    signal.addEventListener('abort', () => reasons.push(signal.reason))
    return promise
  }
  return { run, letGo: resolve, reasons }
}

test('a run starts at once and is known until it ends', async () => {
  await using running = createRunningTasks()
  const { run, letGo } = heldRun()
  running.start('a', run)
  assert.deepEqual(running.ids(), ['a'])
  letGo()
  await turn()
  assert.deepEqual(running.ids(), [])
})

test('an abort reaches the run of that task only, with its reason', async () => {
  await using running = createRunningTasks()
  const [a, b] = [heldRun(), heldRun()]
  running.start('a', a.run)
  running.start('b', b.run)
  const reason = new Error('canceled')
  running.abort('a', reason)
  assert.deepEqual([a.reasons, b.reasons], [[reason], []])
  assert.deepEqual(running.ids(), ['a', 'b'], 'a run decides itself when it ends')
  a.letGo()
  b.letGo()
})

test('an abort of a task that does not run does nothing', async () => {
  await using running = createRunningTasks()
  running.abort('a', new Error('canceled'))
  assert.deepEqual(running.ids(), [])
})

test('a task whose last run has not returned yet may run again, and both are known', async () => {
  await using running = createRunningTasks()
  const [first, second] = [heldRun(), heldRun()]
  running.start('a', first.run)
  running.start('a', second.run)
  assert.deepEqual(running.ids(), ['a'])
  first.letGo()
  await turn()
  assert.deepEqual(running.ids(), ['a'], 'the end of the first run is not that of the second')
  const reason = new Error('canceled')
  running.abort('a', reason)
  assert.deepEqual(second.reasons, [reason])
  second.letGo()
  await turn()
  assert.deepEqual(running.ids(), [])
})

test('stopping aborts all runs and waits for each of them, also for those that have a successor', async () => {
  const running = createRunningTasks()
  const runs = [heldRun(), heldRun(), heldRun()]
  for (const [index, { run }] of runs.entries()) running.start(['a', 'a', 'b'][index] ?? '', run)
  let stopped = false
  const stop = running[Symbol.asyncDispose]().then(() => {
    stopped = true
  })
  for (const { reasons } of runs) assert.ok(reasons.length === 1 && reasons[0] instanceof Stopping)
  for (const { letGo } of runs) {
    await turn()
    assert.equal(stopped, false)
    letGo()
  }
  await stop
  assert.deepEqual(running.ids(), [])
})

test('stopping without runs is done at once', async () => {
  await createRunningTasks()[Symbol.asyncDispose]()
})

test('a run that comes after the stop is told at once to stop', async () => {
  const running = createRunningTasks()
  await running[Symbol.asyncDispose]()
  const reason = Promise.withResolvers<unknown>()
  running.start('late', async signal => reason.resolve(signal.reason))
  assert.ok((await reason.promise) instanceof Stopping)
})
