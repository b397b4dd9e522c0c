import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backOffMs } from './back-off.ts'

const policy = { attempts: 20, baseMs: 200, capMs: 10_000 }

test('waits grow up to the cap and spread over their upper half', () => {
  for (const [attempt, full] of [
    [1, 200],
    [2, 400],
    [6, 6_400],
    [7, 10_000],
    [60, 10_000],
  ] as const) {
    const wait = backOffMs(attempt, policy)
    assert.ok(wait >= full / 2 && wait <= full, `attempt ${attempt} waits ${wait}`)
  }
})

test('a wait that the server asks for is the least', () => {
  assert.ok(backOffMs(1, policy, 3) >= 3_000)
})
