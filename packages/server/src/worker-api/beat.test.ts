import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBeat } from './beat.ts'

test('frequent wake-ups do not put a heartbeat off', () => {
  let now = 0
  const beat = createBeat(15, () => now)
  const beats: number[] = []
  // Somebody is woken every two milliseconds, and never waits for as long as a heartbeat takes.
  for (; now < 60; now += 2) if (beat.take()) beats.push(now)
  assert.deepEqual(beats, [16, 32, 48])
})

test('who waits for what is left wakes up for the heartbeat', () => {
  let now = 0
  const beat = createBeat(15, () => now)
  now += 6
  assert.equal(beat.left(), 9)
  now += beat.left()
  assert.equal(beat.take(), true)
  assert.equal(beat.take(), false)
  now += 100
  assert.equal(beat.left(), 0)
})
