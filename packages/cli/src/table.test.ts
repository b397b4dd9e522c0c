import assert from 'node:assert/strict'
import { test } from 'node:test'
import { table } from './table.ts'
import { shorten, textWidth } from './text-width.ts'

test('columns are as wide as their widest cell', () => {
  assert.deepEqual(
    table(
      ['ID', 'TEXT'],
      [
        ['1', 'a'],
        ['22222', 'b'],
      ],
    ),
    ['ID     TEXT', '1      a', '22222  b'],
  )
})

test('on a terminal no line is longer than the terminal', () => {
  const rows = [
    ['1', 'a long text that does not fit'],
    ['2', 'short'],
  ]
  const lines = table(['ID', 'TEXT'], rows, 20)
  assert.deepEqual(lines, ['ID  TEXT', '1   a long text tha…', '2   short'])
})

test('wide characters take two columns', () => {
  assert.equal(textWidth('日本'), 4)
  assert.equal(textWidth('👩‍💻x'), 3)
  assert.equal(textWidth('é'.normalize('NFD')), 1)
  assert.equal(shorten('日本語', 5), '日本…')
  assert.deepEqual(
    table(
      ['A', 'B'],
      [
        ['日本', 'x'],
        ['y', 'z'],
      ],
    ),
    ['A     B', '日本  x', 'y     z'],
  )
})

test('cells cannot break lines or steer the terminal', () => {
  assert.deepEqual(table(['A'], [['one\ntwo\u001b[31m red\u0007']]), ['A', 'one two red'])
})
