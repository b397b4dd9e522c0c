import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harmless } from './output.ts'

const esc = '\u001b'

test('escape sequences go as a whole, line breaks and tabs stay', () => {
  const cases = [
    [`a${esc}[1;31mb${esc}[0m\tc\n`, 'ab\tc\n'],
    [`a${esc}]0;title\u0007b`, 'ab'],
    [`a${esc}]8;;http://x${esc}\\link${esc}]8;;${esc}\\b`, 'alinkb'],
    [`a${esc}]52;c;cm0=\u009cb`, 'ab'],
    [`a${esc}Pq#0${esc}\\b`, 'ab'],
    ['a\u009b31mb\u009d0;x\u009cc', 'abc'],
    [`a${esc}]never ended`, 'a]never ended'],
    [`a${esc}cb\r\u0008\u007fd`, 'acbd'],
  ] as const
  for (const [given, expected] of cases) assert.equal(harmless(given), expected)
})

test('a text that is made to be slow to read is read at once', { timeout: 20_000 }, () => {
  for (const piece of [`${esc}];`, `${esc}]a`, `${esc}[;`, `${esc}[1;`, '\u009d', `${esc}`, ';', `${esc}P${esc}`])
    harmless(esc + piece.repeat(400_000))
})
