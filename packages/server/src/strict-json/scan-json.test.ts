import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import type { Json } from '@codetether/protocol/json'
import { parseStrictJson } from './parse-strict-json.ts'
import { scanJson } from './scan-json.ts'

const found = (text: string): string | null => {
  const violation = scanJson(text, { maxDepth: 3, maxKeys: 2, maxValues: 10 })
  return violation && `${violation.kind} ${violation.error.code}`
}

const cases: [text: string, found: string | null][] = [
  ['[[[1]]]', null],
  ['[[[[1]]]]', 'shape INVALID_PARAMS'],
  ['[1,2,3,4,5,6,7,8,9,10,11]', null],
  ['[1,2,3,4,5,6,7,8,9,10,11,12]', 'shape INVALID_PARAMS'],
  ['"1,2,3,4,5,6,7,8,9,10,11,12,13"', null],
  ['{"a":{"b":{"c":{}}}}', 'shape INVALID_PARAMS'],
  ['[[],[[]],{"a":[]}]', null],
  ['"[[[[[["', null],
  ['{"a":1,"b":2}', null],
  ['{"a":1,"b":2,"c":3}', 'content INVALID_PARAMS'],
  ['[{"a":1,"b":2},{"c":3,"d":4}]', null],
  ['["a","b","c","a"]', null],
  ['{"a":1,"a":2}', 'content INVALID_REQUEST'],
  ['["\\u0000"]', 'content INVALID_PARAMS'],
  ['[9007199254740992]', 'content INVALID_PARAMS'],
]

for (const [text, expected] of cases)
  test(`with three levels and two keys, ${text} has ${expected ?? 'nothing wrong'}`, () => {
    assert.equal(found(text), expected)
  })

for (const text of [
  '',
  '}',
  ']]]]',
  '{"a" "a" "b" "c"',
  '"',
  '"\\',
  '-',
  '{,,,}',
  '{:',
  '["a\\"',
  '1.2.3',
  '{"\\x":1}',
])
  test(`text that is no JSON does not stop the scan: ${text}`, () => assert.doesNotThrow(() => found(text)))

/** Pseudo-random numbers in [0, 1) that are the same in every run (mulberry32). */
const randomFrom = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Random = () => number
const below = (random: Random, limit: number): number => Math.floor(random() * limit)
const letters = ['a', 'b', '"', '\\', '/', '\n', '\t', '\u0001', 'é', '€', '😀', '{', '[', ',', ':', '0', '-', 'u', ' ']
const pick = (random: Random): string => letters[below(random, letters.length)] ?? ''
const randomText = (random: Random): string => Array.from({ length: below(random, 9) }, () => pick(random)).join('')
const randomNumber = (random: Random): number =>
  [below(random, 100), -below(random, 2 ** 53), random() * 1e9, random() / 1e9, -0, Number.MAX_SAFE_INTEGER][
    below(random, 6)
  ] ?? 0

function randomJson(random: Random, depth: number): Json {
  const kind = below(random, depth > 0 ? 7 : 5)
  if (kind === 0) return null
  if (kind === 1) return random() < 0.5
  if (kind <= 2) return randomNumber(random)
  if (kind <= 4) return randomText(random)
  const children = Array.from({ length: below(random, 6) }, () => randomJson(random, depth - 1))
  if (kind === 5) return children
  return Object.fromEntries(children.map(child => [randomText(random), child]))
}

const escaped = (character: string): string =>
  character
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

/** The same document in another spelling: white space between the tokens, characters as escapes. */
const respell = (random: Random, text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, token => {
    const blank = [' ', '\n', '\t', '', '', ''][below(random, 6)] ?? ''
    if (!token.startsWith('"')) return `${blank}${token}${blank}`
    return token.replace(/\\u.{4}|\\.|[^"\\]/gu, character =>
      !character.startsWith('\\') && random() < 0.2 ? escaped(character) : character,
    )
  })

const documents = (seed: number, count: number): string[] => {
  const random = randomFrom(seed)
  return Array.from({ length: count }, () => respell(random, JSON.stringify(randomJson(random, 5))))
}

test('two thousand random documents are read as JSON.parse reads them', () => {
  for (const text of documents(1, 2_000)) assert.deepEqual(parseStrictJson(Buffer.from(text)), JSON.parse(text), text)
})

const parsed = (read: (text: string) => Json, text: string): Json | Error => {
  try {
    return read(text)
  } catch (error) {
    assert.ok(error instanceof Error)
    return error
  }
}

test('a damaged document is never read differently from JSON.parse, and refused in words of the closed list', () => {
  const random = randomFrom(2)
  for (const text of documents(3, 2_000)) {
    const [from, to] = [below(random, text.length + 1), below(random, text.length + 1)]
    // A piece of the document moved elsewhere: keys repeat, brackets and quotes lose their partners.
    const damaged = `${text.slice(0, from)}${text.slice(Math.min(from, to), to)}${text.slice(from)}`.toWellFormed()
    const strict = parsed(it => parseStrictJson(Buffer.from(it)), damaged)
    const plain = parsed(JSON.parse, damaged)
    if (strict instanceof Error) assert.ok(strict instanceof PlatformError, damaged)
    else assert.deepEqual(strict, plain, damaged)
    if (plain instanceof Error) assert.ok(strict instanceof Error, damaged)
  }
})
