import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { createHostBreaker } from './host-breaker.ts'

test('a host that fails again and again is left alone, then tried once, and forgiven when it answers', () => {
  let now = 0
  const breaker = createHostBreaker(30_000, () => now)
  for (let failure = 1; failure < limits.pushBreakerFailures; failure++) breaker.report('a', true)
  assert.equal(breaker.waitMs('a'), 0)
  breaker.report('a', true)
  assert.equal(breaker.waitMs('a'), 30_000)
  assert.equal(breaker.waitMs('b'), 0)
  now = 10_000
  assert.equal(breaker.waitMs('a'), 20_000)
  now = 30_000
  assert.deepEqual([breaker.waitMs('a'), breaker.waitMs('a')], [0, 30_000])
  breaker.report('a', true)
  assert.equal(breaker.waitMs('a'), 30_000)
  breaker.report('a', false)
  assert.equal(breaker.waitMs('a'), 0)
})
