import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scrubber, Secrets, secretsOf } from './scrubber.ts'

const value = 'hunter2-and-more'
const inPieces = (text: string, size: number, secrets = new Secrets([value])): string => {
  const scrubber = new Scrubber(secrets)
  let out = ''
  for (let at = 0; at < text.length; at += size) out += scrubber.push(text.slice(at, at + size))
  return out + scrubber.end()
}

const tokens = [
  `ctw_${'Ab1-'.repeat(21)}ab`,
  `sk-ant-${'x1'.repeat(20)}`,
  `ghp_${'a1'.repeat(18)}`,
  `glpat-${'a1'.repeat(10)}`,
  `xoxb-${'1'.repeat(12)}-abc`,
  `AKIA${'A1'.repeat(8)}`,
  `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`,
  `-----BEGIN RSA PRIVATE KEY-----\n${'MIIabc\n'.repeat(30)}-----END RSA PRIVATE KEY-----`,
]

for (const size of [1, 2, 3, 7, 64, 10_000])
  test(`secrets in pieces of ${size} are not shown`, () => {
    assert.equal(inPieces(`a ${value} b ${value}${value}`, size), 'a •••• b ••••••••')
    for (const token of tokens) assert.equal(inPieces(`token ${token} end\n`, size), 'token •••• end\n', token)
    assert.equal(inPieces('Authorization: Bearer abcdefgh12345 end', size), 'Authorization: Bearer •••• end')
    assert.equal(inPieces('see https://me:secret@example.com/x end', size), 'see https://me:••••@example.com/x end')
  })

test('what is no secret comes as it is', () => {
  const text = 'sk- is not enough, nor is hunter2, ghp_short, https://example.com:8000/a@b or bearer of news\n'
  for (const size of [1, 5, 1_000]) assert.equal(inPieces(text, size), text)
})

test('only what may be the beginning of a secret is held back', () => {
  const scrubber = new Scrubber(new Secrets([value]))
  assert.equal(scrubber.push('Continue? [y/n] '), 'Continue? [y/n] ')
  assert.equal(scrubber.push('a hunter2'), 'a ')
  assert.equal(scrubber.push('1'), 'hunter21')
})

test('a long text without an end does not pile up', () => {
  const scrubber = new Scrubber(new Secrets([]))
  let shown = 0
  for (let n = 0; n < 100; n++) shown += scrubber.push(n === 0 ? 'https://' : 'x'.repeat(1_000)).length
  assert.ok(shown > 80_000, `${shown}`)
})

test('secrets of an environment are known by their names', () => {
  const environment = { PATH: '/bin', API_KEY: 'a', DB_PASSWORD: 'b', GITHUB_TOKEN: 'c', MY_SECRET: 'd', HOME: '/root' }
  assert.deepEqual(secretsOf(environment), ['a', 'b', 'c', 'd'])
  assert.equal(new Secrets(['short']).scrub('short'), 'short', 'a word is no secret')
})
