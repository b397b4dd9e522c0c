import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createSealer } from './sealer.ts'

const sealer = createSealer(randomBytes(32))

test('what is sealed opens for its scope and shows nothing of itself', () => {
  const sealed = sealer.seal('row 1', 'a secret: grüße')
  assert.equal(sealer.open('row 1', sealed), 'a secret: grüße')
  assert.equal(sealed.includes('secret'), false)
  assert.notDeepEqual(sealer.seal('row 1', 'a secret: grüße'), sealed)
})

test('another scope, another key and any changed byte open nothing', () => {
  const sealed = sealer.seal('row 1', 'a secret')
  assert.equal(sealer.open('row 2', sealed), null)
  assert.equal(createSealer(randomBytes(32)).open('row 1', sealed), null)
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed)
    changed[index] = (changed[index] ?? 0) ^ 1
    assert.equal(sealer.open('row 1', changed), null, `byte ${index}`)
  }
  for (const length of [0, 1, 28]) assert.equal(sealer.open('row 1', sealed.subarray(0, length)), null)
})
