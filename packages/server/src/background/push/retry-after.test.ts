import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfterSeconds } from './retry-after.ts'

test('Retry-After is read as seconds and as a date, and never waits longer than a day', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  const expected: [string | undefined, number][] = [
    [undefined, 0],
    ['', 0],
    ['soon', 0],
    ['-5', 0],
    ['120', 120],
    [' 7 ', 7],
    ['999999999', 86_400],
    ['Sun, 01 Mar 2026 12:01:30 GMT', 90],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 86_400],
  ]
  for (const [header, seconds] of expected) assert.equal(retryAfterSeconds(header, now), seconds, header)
})
