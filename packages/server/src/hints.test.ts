import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createHints } from './hints.ts'

const task = (taskId: string) => ({ tenantId: 'tenant', taskId })

const never = new AbortController().signal
const pollMs = 2_000

/** Whether a promise is settled once everything that is ready has run. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false
  void promise.then(() => {
    settled = true
  })
  await turn()
  return settled
}

test('a hint wakes who waits for that task, and nobody else', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const hints = createHints()
  using one = hints.subscribe(task('a'))
  using two = hints.subscribe(task('a'))
  using other = hints.subscribe(task('b'))
  const [first, second, third] = [one, two, other].map(reader => reader.next(pollMs, never))
  hints.publish('a')
  await Promise.all([first, second])
  assert.equal(await isSettled(third ?? Promise.resolve()), false)
  hints.publish('b')
  await third
})

test('a hint between reading and waiting is kept', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const hints = createHints()
  using reader = hints.subscribe(task('a'))
  hints.publish('a')
  await reader.next(pollMs, never)
})

test('hints are not counted: however many came, the reader reads once and waits again', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const hints = createHints()
  using reader = hints.subscribe(task('a'))
  for (let count = 0; count < 3; count++) hints.publish('a')
  await reader.next(pollMs, never)
  const next = reader.next(pollMs, never)
  assert.equal(await isSettled(next), false)
  hints.publish('a')
  await next
})

test('a hint that wakes a reader is used up', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const hints = createHints()
  using reader = hints.subscribe(task('a'))
  const first = reader.next(pollMs, never)
  hints.publish('a')
  await first
  const second = reader.next(pollMs, never)
  assert.equal(await isSettled(second), false)
  t.mock.timers.tick(pollMs)
  await second
})

test('without a hint the reader polls after its time, not before', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  using reader = createHints().subscribe(task('a'))
  const next = reader.next(pollMs, never)
  t.mock.timers.tick(pollMs - 1)
  assert.equal(await isSettled(next), false)
  t.mock.timers.tick(1)
  await next
})

test('an abort ends the waiting, and a reader that was aborted before does not wait at all', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  using reader = createHints().subscribe(task('a'))
  const controller = new AbortController()
  const next = reader.next(pollMs, controller.signal)
  controller.abort()
  await next
  await reader.next(pollMs, controller.signal)
})

test('a hint without subscribers, or after the subscription has ended, does nothing', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const hints = createHints()
  hints.publish('a')
  const reader = hints.subscribe(task('a'))
  reader[Symbol.dispose]()
  reader[Symbol.dispose]()
  hints.publish('a')
  const next = reader.next(pollMs, never)
  assert.equal(await isSettled(next), false)
  t.mock.timers.tick(pollMs)
  await next
})

test('a subscription that ends twice does not end its successor', async () => {
  const hints = createHints()
  const first = hints.subscribe(task('a'))
  first[Symbol.dispose]()
  using second = hints.subscribe(task('a'))
  first[Symbol.dispose]()
  hints.publish('a')
  await second.next(pollMs, never)
})

test('waiting leaves no listener and no timer behind, whatever ended it', async () => {
  const timers = () => process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length
  const before = timers()
  const hints = createHints()
  using reader = hints.subscribe(task('a'))
  const { signal } = new AbortController()
  const hinted = reader.next(60_000, signal)
  hints.publish('a')
  await hinted
  await reader.next(0, signal)
  const aborted = new AbortController()
  const next = reader.next(60_000, aborted.signal)
  aborted.abort()
  await next
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  assert.equal(getEventListeners(aborted.signal, 'abort').length, 0)
  assert.equal(timers(), before)
})

test('a subscription that has ended is not kept in memory', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const hints = createHints()
  const subscribed = () => {
    using reader = hints.subscribe(task('a'))
    return new WeakRef(reader)
  }
  const [ended, kept] = [subscribed(), hints.subscribe(task('a'))]
  await turn()
  collect()
  assert.equal(ended.deref(), undefined)
  kept[Symbol.dispose]()
})

test('a hint with news hands them to who has read the log before, one without means reading it', async () => {
  const hints = createHints()
  using reader = hints.subscribe(task('a'))
  const news = (afterSeq: number) => ({
    ...{ afterSeq, lastSeq: afterSeq + 1, chars: 1 },
    part: () => ({ events: [], more: false, reached: afterSeq + 1, state: 'working' as const }),
  })
  assert.equal(reader.take(4), null)
  hints.publish('a', news(4))
  await reader.next(pollMs, never)
  assert.equal(reader.take(4)?.reached, 5)
  hints.publish('a', news(5))
  hints.wake('a')
  assert.equal(reader.take(5), null)
})

test('a followed task is as far as its readers here were told', () => {
  const hints = createHints()
  const part = () => ({ events: [], more: false, reached: 1, state: 'working' as const })
  const news = (lastSeq: number) => ({ afterSeq: 0, lastSeq, chars: 1, part })
  using _known = hints.subscribe(task('a'), news(3))
  using _unknown = hints.subscribe(task('b'))
  const told = () => hints.followed().map(({ taskId, lastSeq }) => `${taskId}${lastSeq}`)
  assert.deepEqual(told(), ['a3', 'b0'])
  hints.publish('a', news(5))
  hints.wake('b', 7)
  hints.wake('b')
  assert.deepEqual(told(), ['a5', 'b7'])
})

test('an id in upper case is the same task', async () => {
  const hints = createHints()
  using reader = hints.subscribe(task('ABC'))
  hints.publish('abc')
  await reader.next(60_000, new AbortController().signal)
})
