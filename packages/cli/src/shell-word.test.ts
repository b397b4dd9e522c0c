import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shellWord } from './shell-word.ts'

test('what a shell would read otherwise is quoted, ids and addresses are not', () => {
  for (const plain of ['t1', '01a1fc48-d622-7c41-bfc3-498469f5168b', 'http://127.0.0.1:8000/a%20b'])
    assert.equal(shellWord(plain), plain)
  assert.equal(shellWord('$(touch x)'), `'$(touch x)'`)
  assert.equal(shellWord(`a'; touch x; '`), `'a'\\''; touch x; '\\'''`)
  assert.equal(shellWord('http://h/?a=1&b=2'), `'http://h/?a=1&b=2'`)
  assert.equal(shellWord(''), `''`)
})
