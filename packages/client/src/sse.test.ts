import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RemoteError } from './errors.ts'
import { type SseEvent, SseParser } from './sse.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string): SseEvent[] => new SseParser().push(bytes(text))
const dataOf = (text: string): string[] => parse(text).map(event => event.data)

const sample = [
  '\uFEFFid: 1\r\ndata: {"a":1}\r\n\r\n',
  ': heartbeat\n\n',
  'id: 2\ndata: first line\ndata:second line – ünïcödé 👩‍💻\n\n',
  'event: done\rid:3\rdata: cr\r\r',
  'retry: 250\nid: 4\ndata\n\n',
].join('')

const expected: SseEvent[] = [
  { id: '1', event: 'message', data: '{"a":1}' },
  { id: '2', event: 'message', data: 'first line\nsecond line – ünïcödé 👩‍💻' },
  { id: '3', event: 'done', data: 'cr' },
  { id: '4', event: 'message', data: '' },
]

test('a stream cut at any one byte gives the same events', () => {
  const all = bytes(sample)
  for (let cut = 0; cut <= all.length; cut += 1) {
    const parser = new SseParser()
    const events = [...parser.push(all.subarray(0, cut)), ...parser.push(all.subarray(cut))]
    assert.deepEqual(events, expected, `cut at byte ${cut}`)
  }
})

test('a stream that arrives byte by byte, or in pieces of any size, gives the same events', () => {
  const all = bytes(sample)
  for (let size = 1; size <= 40; size += 1) {
    const parser = new SseParser()
    const events: SseEvent[] = []
    for (let at = 0; at < all.length; at += size) events.push(...parser.push(all.subarray(at, at + size)))
    assert.deepEqual(events, expected, `pieces of ${size}`)
    assert.equal(parser.lastEventId, '4')
    assert.equal(parser.retryMs, 250)
  }
})

test('an event that is not finished is not given out', () => {
  assert.deepEqual(parse('data: a\n\ndata: half\n'), [{ id: undefined, event: 'message', data: 'a' }])
})

test('comments, unknown fields and events without data give nothing', () => {
  assert.deepEqual(parse(':\n: text\n\nfoo: bar\n\nevent: x\n\n'), [])
})

test('only one space after the colon belongs to the syntax', () => {
  assert.deepEqual(dataOf('data:  two\n\ndata:none\n\ndata: a:b\n\n'), [' two', 'none', 'a:b'])
})

test('an id with NUL is ignored, and an id without data still counts for resuming', () => {
  const parser = new SseParser()
  const events = parser.push(bytes('id: a\0b\ndata: x\n\nid: 7\n\n'))
  assert.deepEqual(events, [{ id: undefined, event: 'message', data: 'x' }])
  assert.equal(parser.lastEventId, '7')
  parser.push(bytes('id\n\n'))
  assert.equal(parser.lastEventId, '')
})

test('an id stays the place to resume after, but belongs to its own event only', () => {
  const parser = new SseParser()
  const [first, second] = parser.push(bytes('id: 1\ndata: a\n\ndata: b\n\n'))
  assert.deepEqual([first?.id, second?.id], ['1', undefined])
  assert.equal(parser.lastEventId, '1')
})

test('a retry that is no number is ignored', () => {
  const parser = new SseParser()
  parser.push(bytes('retry: soon\nretry: -5\nretry: 1e3\n\n'))
  assert.equal(parser.retryMs, undefined)
})

test('an event without end is refused at the limit, in one line or in many', () => {
  const oneLine = new SseParser(100)
  oneLine.push(bytes(`data: ${'x'.repeat(80)}`))
  assert.throws(() => oneLine.push(bytes('x'.repeat(80))), RemoteError)
  const manyLines = new SseParser(100)
  assert.throws(() => manyLines.push(bytes('data: xxxxxxxxx\n'.repeat(20))), RemoteError)
})

test('many small events pass a small limit', () => {
  const parser = new SseParser(100)
  assert.equal(parser.push(bytes('data: xxxxxxxxxx\n\n'.repeat(50))).length, 50)
})

test('a long line in many pieces takes time in proportion to its length', () => {
  const parser = new SseParser()
  const piece = bytes('x'.repeat(64))
  parser.push(bytes('data: '))
  for (let count = 0; count < 100_000; count += 1) parser.push(piece)
  assert.equal(parser.push(bytes('\n\n'))[0]?.data.length, 6_400_000)
})
