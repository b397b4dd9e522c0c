import assert from 'node:assert/strict'
import { test } from 'node:test'
import { costAt, type Window } from './append-figures.ts'

const windows = Array.from({ length: 20 }, (_, index): Window => {
  const end = (index + 1) * 100
  return { end, milliseconds: end === 900 ? 1_000 : end, logBytes: 7, serverMs: end === 1_000 ? 6 : 1, databaseMs: 0 }
})

test('a place is the windows that end in the last five hundred chunks up to there', () => {
  assert.equal(costAt(windows, 2_000, 'milliseconds'), 1_800)
  assert.equal(costAt(windows, 500, 'milliseconds'), 300)
})

test('one slow window does not count, but ticks of CPU in one window do', () => {
  assert.equal(costAt(windows, 1_000, 'milliseconds'), 800)
  assert.equal(costAt(windows, 1_000, 'serverMs'), 2)
})
