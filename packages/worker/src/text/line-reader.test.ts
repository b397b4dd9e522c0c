import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineReader } from './line-reader.ts'

test('bytes become lines wherever they are cut', () => {
  const bytes = Buffer.from('one\nzwei ä\n\nlast')
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new LineReader(100)
    const lines = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]
    assert.deepEqual([...lines, reader.end()], ['one', 'zwei ä', '', 'last'], `cut at ${cut}`)
    assert.equal(reader.end(), '')
  }
})

test('a line that is too long is left out, and the next one is read', () => {
  const reader = new LineReader(5)
  const long = Buffer.from('x'.repeat(10))
  assert.deepEqual(
    [...reader.push(long), ...reader.push(long), ...reader.push(Buffer.from('\nshort\n'))],
    [null, 'short'],
  )
})
