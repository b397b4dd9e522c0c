import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createLeaseSlots } from './lease-slots.ts'
import { createRunningTasks, type RunLease, Stopping } from './running.ts'

const open = (most = 10) =>
  createRunningTasks({ slots: createLeaseSlots(most), most, onStart: () => undefined, onEnd: () => undefined })

const lease = (taskId: string): RunLease => ({ taskId, token: crypto.randomUUID() })

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
  await using running = open()
  const { run, letGo } = heldRun()
  running.start(lease('a'), run)
  assert.equal(running.size(), 1)
  letGo()
  await turn()
  assert.equal(running.size(), 0)
})

test('an abort reaches the run of that task only, with its reason', async () => {
  await using running = open()
  const [a, b] = [heldRun(), heldRun()]
  running.start(lease('a'), a.run)
  running.start(lease('b'), b.run)
  const reason = new Error('canceled')
  running.abort('a', reason)
  assert.deepEqual([a.reasons, b.reasons], [[reason], []])
  assert.equal(running.size(), 2, 'a run decides itself when it ends')
  a.letGo()
  b.letGo()
})

test('an abort of a task that does not run does nothing', async () => {
  await using running = open()
  running.abort('a', new Error('canceled'))
  assert.equal(running.size(), 0)
})

test('a task whose last run has not returned yet may run again, and both are known', async () => {
  await using running = open()
  const [first, second] = [heldRun(), heldRun()]
  running.start(lease('a'), first.run)
  running.start(lease('a'), second.run)
  assert.equal(running.tokensOf('a').length, 2)
  first.letGo()
  await turn()
  assert.equal(running.tokensOf('a').length, 1, 'the end of the first run is not that of the second')
  const reason = new Error('canceled')
  running.abort('a', reason)
  assert.deepEqual(second.reasons, [reason])
  second.letGo()
  await turn()
  assert.equal(running.size(), 0)
})

test('stopping aborts all runs and waits for each of them, also for those that have a successor', async () => {
  const running = open()
  const runs = [heldRun(), heldRun(), heldRun()]
  for (const [index, { run }] of runs.entries()) running.start(lease(['a', 'a', 'b'][index] ?? ''), run)
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
  assert.equal(running.size(), 0)
})

test('stopping without runs is done at once', async () => {
  await open()[Symbol.asyncDispose]()
})

test('a run that comes after the stop is told at once to stop', async () => {
  const running = open()
  await running[Symbol.asyncDispose]()
  const reason = Promise.withResolvers<unknown>()
  running.start(lease('late'), async signal => reason.resolve(signal.reason))
  assert.ok((await reason.promise) instanceof Stopping)
})
