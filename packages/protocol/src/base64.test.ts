import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBase64, toBase64 } from './base64.ts'

test('base64 has padding and the standard alphabet', () => {
  for (const text of ['', 'QQ==', 'QUI=', 'QUJD', '+/+/']) assert.equal(isBase64(text), true, text)
  for (const text of ['Q', 'QQ', 'QQ=', 'QUJD=', '-_-_', 'QQ==QQ==', 'Q Q=', 'QQ=\n'])
    assert.equal(isBase64(text), false)
})

test('both alphabets of ProtoJSON become the standard one, with padding', () => {
  const bytes = Buffer.from([0xfb, 0xff, 0xbf, 1, 2])
  for (const length of [0, 1, 2, 3, 4, 5]) {
    const part = bytes.subarray(0, length)
    const standard = part.toString('base64')
    for (const text of [standard, standard.replaceAll('=', ''), part.toString('base64url')])
      assert.equal(toBase64(text), standard)
  }
})

test('what is no base64 is null', () => {
  for (const text of ['Q', 'QUJDR', '+_', 'QQ==QQ', 'a b', '\u00e4', '====']) assert.equal(toBase64(text), null, text)
})
