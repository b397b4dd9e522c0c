import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { writeFrames } from './write-frames.ts'

/** A reader that takes nothing, and counts what it is given. */
function stalledReader() {
  const given: Buffer[] = []
  const call = new Writable({ objectMode: true, write: message => void given.push(message) })
  return { call, given }
}

async function* frames() {
  for (;;) yield Buffer.alloc(16)
}

test('a reader that takes nothing gets one frame, and is reset when its time is over', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { call, given } = stalledReader()
  const gone = new AbortController()
  const reset = t.mock.fn(() => gone.abort())
  const written = writeFrames(call, frames(), { gone: gone.signal, reset })
  // The first frame is on its way after the turns that the generator takes.
  await new Promise(setImmediate)
  assert.equal(given.length, 1)
  t.mock.timers.tick(30_000)
  assert.equal(reset.mock.callCount(), 0)
  t.mock.timers.tick(1_000)
  await written
  assert.deepEqual([reset.mock.callCount(), given.length], [1, 1])
})

test('a reader that leaves ends the source', async () => {
  const { call } = stalledReader()
  const gone = new AbortController()
  let isEnded = false
  async function* source() {
    try {
      yield* frames()
    } finally {
      isEnded = true
    }
  }
  const written = writeFrames(call, source(), { gone: gone.signal, reset: () => undefined })
  await new Promise(setImmediate)
  gone.abort()
  await written
  assert.ok(isEnded)
})
