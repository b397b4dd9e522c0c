import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLeaseSlots, readLeaseSlots } from './lease-slots.ts'

test('the tokens that are taken are read, and no others', () => {
  const slots = createLeaseSlots(3)
  const tokens = Array.from({ length: 3 }, () => crypto.randomUUID())
  const places = tokens.map(token => slots.take(token))
  assert.equal(slots.take(crypto.randomUUID()), null)
  assert.deepEqual(readLeaseSlots(slots.buffer).tokens.toSorted(), tokens.toSorted())
  slots.free(places[1] ?? -1)
  assert.deepEqual(readLeaseSlots(slots.buffer).tokens.toSorted(), [tokens[0], tokens[2]].toSorted())
  assert.equal(slots.take(tokens[1] ?? ''), places[1])
})

test('the turns of the event loop are counted', () => {
  const slots = createLeaseSlots(1)
  slots.tick()
  slots.tick()
  assert.equal(readLeaseSlots(slots.buffer).ticks, 2)
})
