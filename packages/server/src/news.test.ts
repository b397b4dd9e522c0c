import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { type News, NewsBuffer } from './news.ts'

/** So many visible events behind a seq. */
function newsBehind(afterSeq: number, count = 1, chars = 10): News {
  const at = new Date(0)
  const seqs = Array.from({ length: count }, (_, n) => afterSeq + n + 1)
  const events = seqs.map(seq => ({ kind: 'status' as const, state: 'working' as const, seq, generation: seq, at }))
  const lastSeq = afterSeq + count
  return { afterSeq, lastSeq, chars, part: () => ({ events, more: false, reached: lastSeq, state: 'working' }) }
}

/** A buffer whose reader has read the log. */
function readBuffer(): NewsBuffer {
  const buffer = new NewsBuffer(null)
  buffer.take(0)
  return buffer
}

const seqs = (buffer: NewsBuffer, afterSeq: number) => buffer.take(afterSeq)?.events.map(({ seq }) => seq) ?? null

test('a reader begins with the log, unless it knows the log already', () => {
  const unread = new NewsBuffer(null)
  unread.add(newsBehind(0))
  assert.equal(unread.take(0), null)
  assert.deepEqual(seqs(new NewsBuffer(newsBehind(0, 3)), 0), [1, 2, 3])
})

test('news that go on where the reader stands are given together, once', () => {
  const buffer = readBuffer()
  buffer.add(newsBehind(4, 2))
  buffer.add(newsBehind(6))
  const part = buffer.take(4)
  assert.deepEqual(
    part?.events.map(({ seq }) => seq),
    [5, 6, 7],
  )
  assert.equal(part?.reached, 7)
  assert.equal(buffer.take(7), null)
})

test('news that come while the log is read are kept, those that it held are left out', () => {
  const buffer = new NewsBuffer(null)
  buffer.take(0)
  for (const seq of [3, 4, 5]) buffer.add(newsBehind(seq))
  assert.deepEqual(seqs(buffer, 5), [6])
})

test('a gap means reading: before the first news, between two, or within one', () => {
  const before = readBuffer()
  before.add(newsBehind(5))
  assert.equal(before.take(4), null)
  const between = readBuffer()
  between.add(newsBehind(4))
  between.add(newsBehind(6))
  assert.equal(between.take(4), null)
  const within = readBuffer()
  within.add(newsBehind(4, 3))
  assert.equal(within.take(5), null)
})

test('a change that is not told means reading, also of what came before and after it', () => {
  const buffer = readBuffer()
  buffer.add(newsBehind(4))
  buffer.forget()
  buffer.add(newsBehind(5))
  assert.equal(buffer.take(4), null)
  buffer.add(newsBehind(6))
  assert.deepEqual(seqs(buffer, 6), [7])
})

test('more than a reader may hold is forgotten, by number and by size', () => {
  const many = readBuffer()
  for (let seq = 0; seq < limits.streamBatchEvents; seq++) many.add(newsBehind(seq))
  many.add(newsBehind(limits.streamBatchEvents))
  assert.equal(many.take(0), null)
  const large = readBuffer()
  large.add(newsBehind(0, 1, limits.streamBatchBytes))
  large.add(newsBehind(1))
  assert.equal(large.take(0), null)
  const full = readBuffer()
  full.add(newsBehind(0, limits.streamBatchEvents, limits.streamBatchBytes))
  assert.equal(full.take(0)?.events.length, limits.streamBatchEvents)
})
