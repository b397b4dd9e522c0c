import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CleanText } from './clean-text.ts'

const decoded = (pieces: readonly (string | Uint8Array)[]): string => {
  const clean = new CleanText()
  return pieces.map(piece => clean.push(piece)).join('') + clean.end()
}

test('bytes are text however they are cut', () => {
  const text = 'a€😀\ufeffb'
  const bytes = new TextEncoder().encode(text)
  for (let size = 1; size < bytes.length; size++) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    )
    assert.equal(decoded(pieces), text)
  }
})

test('halves of characters find each other, and those that do not are no text', () => {
  assert.equal(decoded(['a\ud83d', '\ude00b']), 'a😀b')
  assert.equal(decoded(['a\ud83d', 'b\ude00']), 'a\ufffdb\ufffd')
  assert.equal(decoded(['\ud83d']), '\ufffd')
  assert.equal(decoded([Uint8Array.of(0x61, 0, 0xff, 0xe2, 0x82)]), 'a\ufffd\ufffd\ufffd')
})
