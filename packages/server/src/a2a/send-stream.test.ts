import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { sampleSnapshot } from '@codetether/testing/sample-task'
import Fastify from 'fastify'
import { pino } from 'pino'
import { createMetrics } from '../metrics/metrics.ts'
import { presentFrame } from '../present/task-v03.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import { type FrameWrap, sendStream } from './send-stream.ts'

const frameOf = (text: string): TaskFrame => ({
  kind: 'snapshot',
  generation: 1,
  snapshot: sampleSnapshot(
    {},
    { messages: [{ seq: 1, message: { messageId: 'm', role: 'user', parts: [{ text }] } }] },
  ),
})

/** Sends the frames to one reader. @returns its response, what the server logs, and the end of the sending. */
async function open(frames: AsyncGenerator<TaskFrame, void, undefined>) {
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => lines.push(line) })
  const sent = Promise.withResolvers<void>()
  const app = Fastify()
  app.get('/', async (_request, reply) => {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const answer = { stream: frames, present: presentFrame }
    const wrap: FrameWrap = {
      frame: result => ({ result }),
      refusal: ({ code }) => ({ event: 'error', data: { code } }),
    }
    const context = { log, metrics: createMetrics(), stopping: new AbortController().signal }
    await sendStream(context, { reply, gone: gone.signal, wrap }, answer).then(sent.resolve, sent.reject)
    return reply
  })
  const request = get(await app.listen({ host: '127.0.0.1', port: 0 }))
  // Both ends of an exchange report that it was reset; the response is the one to look at.
  request.on('error', () => undefined)
  const [response]: IncomingMessage[] = await once(request, 'response')
  assert.ok(response)
  return { response, lines, sent: sent.promise, [Symbol.asyncDispose]: () => app.close() }
}

test('a reader that leaves with the first frame leaves no source open', async () => {
  let isOpen = false
  const frames = async function* () {
    isOpen = true
    try {
      yield frameOf('x'.repeat(16 * 1024 * 1024))
      yield frameOf('the next one')
    } finally {
      isOpen = false
    }
  }
  await using stream = await open(frames())
  assert.equal(isOpen, true)
  stream.response.destroy()
  await stream.sent
  assert.equal(isOpen, false)
})

test('a source that fails after its first frame resets the connection, and the log tells why', async () => {
  const read = Promise.withResolvers<void>()
  const frames = async function* () {
    yield frameOf('hello')
    await read.promise
    throw new Error('the reason')
  }
  await using stream = await open(frames())
  read.resolve()
  await assert.rejects(stream.response.toArray(), { code: 'ECONNRESET' })
  await stream.sent
  assert.match(stream.lines.join(), /the reason/)
})

test('a reader that is refused behind its first frame gets the reason as its last frame, without an id', async () => {
  const frames = async function* () {
    yield frameOf('hello')
    throw new PlatformError('CURSOR_GONE', 'gone', { metadata: { generation: 7 } })
  }
  await using stream = await open(frames())
  const events = Buffer.concat(await stream.response.toArray())
    .toString()
    .split('\n\n')
  assert.match(events[0] ?? '', /^id: 1\ndata: /)
  assert.equal(events[1], 'event: error\ndata: {"code":"CURSOR_GONE"}')
  assert.deepEqual([events.length, events[2]], [3, ''])
  await stream.sent
  assert.deepEqual(stream.lines, [])
})

test('a stream that has nothing to show yet has begun all the same', async () => {
  const waits = Promise.withResolvers<void>()
  const frames = async function* (): AsyncGenerator<TaskFrame, void> {
    yield { kind: 'open', generation: 4 }
    await waits.promise
  }
  await using stream = await open(frames())
  assert.equal(stream.response.statusCode, 200)
  waits.resolve()
  assert.deepEqual(await stream.response.toArray(), [])
  await stream.sent
})
