import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSenders } from './senders.ts'

const of = (tenantId: string, principal = 'p') => ({ tenantId, principal })

/** Gives everybody what they may have, as one that has endless work would take it. */
function fill(size: number, holders: { tenantId: string; principal: string }[]) {
  const senders = createSenders(size)
  const rooms = senders.deal(holders)
  for (const [index, holder] of holders.entries()) for (let n = 0; n < (rooms[index] ?? 0); n++) senders.take(holder)
  return { senders, rooms }
}

test('one holder alone gets half, and whoever comes later finds room at once', () => {
  const { senders, rooms } = fill(64, [of('a')])
  assert.deepEqual(rooms, [32])
  assert.deepEqual(senders.deal([of('a')]), [0])
  assert.deepEqual(senders.deal([of('a'), of('b')]), [0, 16])
  senders.giveBack(of('a'))
  assert.deepEqual(senders.deal([of('a')]), [1])
})

test('those who wait together get the same, in turns', () => {
  assert.deepEqual(fill(64, [of('a'), of('b')]).rooms, [22, 21])
  assert.deepEqual(fill(3, [of('a'), of('b'), of('c')]).rooms, [1, 1, 1])
})

test('a tenant gets not more than twice what is free, however many principals it has', () => {
  const crowd = Array.from({ length: 1_000 }, (_, n) => of('a', String(n)))
  const { senders, rooms } = fill(64, crowd)
  assert.equal(
    rooms.reduce((sum, room) => sum + room),
    43,
  )
  assert.ok((senders.deal([...crowd, of('b')]).at(-1) ?? 0) >= 10)
})

test('many who keep all they can busy still leave one for the next', () => {
  const { senders } = fill(
    64,
    Array.from({ length: 40 }, (_, n) => of(String(n))),
  )
  assert.deepEqual(senders.deal([of('late')]), [1])
})
