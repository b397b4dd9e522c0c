import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCursors } from './cursors.ts'

const cursors = createCursors(Buffer.alloc(32, 1))

test('a cursor gives its place back in its own listing', () => {
  for (const place of ['a', '1790000000000 id', 'ä€😀'])
    assert.equal(cursors.open('mine', cursors.seal('mine', place)), place)
})

test('a cursor is of no use in another listing, under another key, or changed', () => {
  const token = cursors.seal('mine', 'place')
  assert.equal(cursors.open('yours', token), null)
  assert.equal(createCursors(Buffer.alloc(32, 2)).open('mine', token), null)
  const bytes = Buffer.from(token, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(cursors.open('mine', changed.toString('base64url')), null)
  }
})

test('what is no cursor opens nothing', () => {
  for (const token of ['', 'x', '%', 'A'.repeat(21), 'A'.repeat(500), '\u0000'])
    assert.equal(cursors.open('mine', token), null)
})
