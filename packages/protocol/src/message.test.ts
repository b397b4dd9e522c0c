import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Part, textOf } from './message.ts'

const cases: [what: string, parts: Part[], text: string][] = [
  ['no parts give no text', [], ''],
  ['one text part is its text', [{ text: 'hello' }], 'hello'],
  ['text parts are joined by line breaks', [{ text: 'one' }, { text: 'two' }], 'one\ntwo'],
  ['an empty text is a line of its own', [{ text: 'one' }, { text: '' }, { text: 'two' }], 'one\n\ntwo'],
  [
    'files and data are passed over',
    [{ raw: 'AAAA' }, { text: 'one' }, { url: 'https://a.example/' }, { data: { text: 'no' } }, { text: 'two' }],
    'one\ntwo',
  ],
  ['a message without text has none', [{ data: 'text' }, { blob: { id: 'b', chars: 4 } }], ''],
]

for (const [what, parts, text] of cases) test(what, () => assert.equal(textOf(parts), text))
