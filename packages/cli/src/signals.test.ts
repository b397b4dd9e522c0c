import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interruption } from './interruption.ts'
import { abortOnSignals } from './signals.ts'

test('the first signal aborts with an interruption, and disposing takes the listeners away', () => {
  const before = process.listenerCount('SIGTERM')
  const controller = new AbortController()
  {
    using _ = abortOnSignals(controller)
    process.emit('SIGTERM', 'SIGTERM')
    assert.ok(controller.signal.reason instanceof Interruption)
    assert.equal(controller.signal.reason.exitCode, 143)
  }
  assert.equal(process.listenerCount('SIGTERM'), before)
})
