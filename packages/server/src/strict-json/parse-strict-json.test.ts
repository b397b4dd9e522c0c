import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import type { Json } from '@codetether/protocol/json'
import { limits } from '@codetether/protocol/limits'
import { parseStrictJson } from './parse-strict-json.ts'

const parse = (text: string): Json => parseStrictJson(Buffer.from(text))

const codeOf = (body: string | Buffer): ErrorCode | null => {
  try {
    parseStrictJson(Buffer.from(body))
    return null
  } catch (error) {
    if (error instanceof PlatformError) return error.code
    throw error
  }
}

const accepted: [what: string, text: string][] = [
  ['null', 'null'],
  ['a text alone', '"hello"'],
  ['white space all around', ' \t\r\n{ "a" : [ 1 , 2 ] } \n'],
  ['empty containers', '{"a":{},"b":[],"":""}'],
  ['the largest safe integers', '[9007199254740991,-9007199254740991]'],
  ['floats', '[0.1,-2.5e-3,1E+2,123456.789,5e-324,-0.0]'],
  ['zeros', '[0,-0,0e0]'],
  ['all escapes', String.raw`"\"\\\/\b\f\n\r\tAé"`],
  ['pairs of surrogates, raw and escaped', String.raw`["👩‍💻","\ud83d\ude00","\uD83D\uDE00"]`],
  ['backslashes before a quote', String.raw`["\\","\\\"","\\\\",{"a\\":1,"a\"":2}]`],
  ['brackets, commas and colons in strings', '{"{[":"]},:","a":"[[[[{{{{"}'],
  ['the same key in different objects', '{"a":{"a":[{"a":1},{"a":2}]}}'],
  ['keys that look like values of the same object', '{"a":"b","b":"a","c":["a","b"]}'],
  ['values that look like keys', '["a","a","a"]'],
  ['keys that differ by case or Unicode form', '{"a":1,"A":2,"\u00e9":3,"e\u0301":4}'],
  ['keys that only resemble forbidden ones', '{"_proto_":1,"Constructor":2,"prototypes":3,"__proto__ ":4}'],
  ['forbidden words as values', '["__proto__","constructor","prototype"]'],
  ['numbers in strings', '"1e400 9007199254740993"'],
  ['the escape of NUL behind an escaped backslash', String.raw`"\\u0000 \\ud800"`],
  ['the deepest document', `${'['.repeat(limits.jsonDepth)}${']'.repeat(limits.jsonDepth)}`],
]

for (const [what, text] of accepted)
  test(`comes in as JSON.parse reads it: ${what}`, () => assert.deepEqual(parse(text), JSON.parse(text)))

const refused: [code: ErrorCode, what: string, body: string | Buffer][] = [
  ['PARSE_ERROR', 'an empty body', ''],
  ['PARSE_ERROR', 'white space', ' \n'],
  ['PARSE_ERROR', 'words', 'hello'],
  ['PARSE_ERROR', 'an object that does not end', '{"a":1'],
  ['PARSE_ERROR', 'a string that does not end', '{"a":"'],
  ['PARSE_ERROR', 'a trailing comma', '[1,]'],
  ['PARSE_ERROR', 'two documents', '{}{}'],
  ['PARSE_ERROR', 'a key without quotes', '{a:1}'],
  ['PARSE_ERROR', 'a number as a key', '{1:2}'],
  ['PARSE_ERROR', 'single quotes', "{'a':1}"],
  ['PARSE_ERROR', 'a comment', '{"a":1/*b*/}'],
  ['PARSE_ERROR', 'a leading zero', '[01]'],
  ['PARSE_ERROR', 'NaN', '[NaN]'],
  ['PARSE_ERROR', 'a raw line break in a string', '"a\nb"'],
  ['PARSE_ERROR', 'a raw NUL in a string', '"a\0b"'],
  ['PARSE_ERROR', 'a broken escape', String.raw`"\u00"`],
  ['PARSE_ERROR', 'duplicate keys in what is no JSON', '{"a":1,"a":2'],
  ['PARSE_ERROR', 'bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['PARSE_ERROR', 'an overlong NUL', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
  ['PARSE_ERROR', 'half of a surrogate pair in bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['PARSE_ERROR', 'a character that is cut', Buffer.from([0x22, 0xe2, 0x82])],
  ['PARSE_ERROR', 'UTF-16', Buffer.from('{"a":1}', 'utf16le')],
  ['INVALID_REQUEST', 'a key twice', '{"method":"a","method":"b"}'],
  ['INVALID_REQUEST', 'a key twice in the depth', '[{"a":[{"b":1,"c":{},"b":1}]}]'],
  ['INVALID_REQUEST', 'the empty key twice', '{"":1,"":2}'],
  ['INVALID_REQUEST', 'a key twice in two spellings', String.raw`{"method":1,"\u006dethod":2}`],
  ['INVALID_REQUEST', 'a key twice with other escapes', String.raw`{"a/b":1,"a\/b":2}`],
  ['INVALID_REQUEST', 'a key again behind a nested object', '{"a":{"b":{}},"a":1}'],
  ...['__proto__', 'constructor', 'prototype'].flatMap((key): [ErrorCode, string, string][] => [
    ['INVALID_PARAMS', `the key ${key}`, `{"a":{"${key}":{"polluted":true}}}`],
    ['INVALID_PARAMS', `the key ${key} in disguise`, `{"\\u00${key.charCodeAt(0).toString(16)}${key.slice(1)}":1}`],
  ]),
  ['INVALID_PARAMS', 'NUL', String.raw`{"a":["\u0000"]}`],
  ['INVALID_PARAMS', 'NUL in a key', String.raw`{"a\u0000":1}`],
  ['INVALID_PARAMS', 'NUL behind an escaped backslash', String.raw`"\\\u0000"`],
  ['INVALID_PARAMS', 'a high surrogate alone', String.raw`"\ud83d"`],
  ['INVALID_PARAMS', 'a low surrogate alone', String.raw`"\udE00!"`],
  ['INVALID_PARAMS', 'a pair the wrong way round', String.raw`"\ude00\ud83d"`],
  ['INVALID_PARAMS', 'half of a pair in a key', String.raw`{"\ud83d":1}`],
  ['INVALID_PARAMS', 'an integer that loses its last digit', '{"a":9007199254740993}'],
  ['INVALID_PARAMS', 'a large negative integer', '[-9007199254740992]'],
  ['INVALID_PARAMS', 'a number beyond all', '[1e400]'],
  ['INVALID_PARAMS', 'a negative one', '-1e400'],
  ['INVALID_PARAMS', 'a number of a megabyte', '9'.repeat(1024 * 1024)],
  [
    'INVALID_PARAMS',
    'an object too deep',
    `${'{"a":'.repeat(limits.jsonDepth + 1)}1${'}'.repeat(limits.jsonDepth + 1)}`,
  ],
  ['INVALID_PARAMS', 'a million levels', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`],
  ['INVALID_PARAMS', 'a million levels that do not end', '['.repeat(1_000_000)],
  ['INVALID_PARAMS', 'a million levels behind NUL', `["\\u0000",${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}]`],
]

for (const [code, what, body] of refused) test(`is refused as ${code}: ${what}`, () => assert.equal(codeOf(body), code))

test('an object has at most so many keys', () => {
  const withKeys = (count: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])))
  assert.equal(codeOf(withKeys(limits.jsonKeysPerObject)), null)
  assert.equal(codeOf(withKeys(limits.jsonKeysPerObject + 1)), 'INVALID_PARAMS')
})

test('the message of a refusal repeats nothing of the body', () => {
  for (const body of ['{"canary":1,"canary":2}', '{"canary":', '"canary\\u0000"', '{"canary\\ud800":1}'])
    assert.throws(
      () => parse(body),
      (error: Error) => !error.message.includes('canary'),
    )
})

test('a body that is not UTF-8 leaves nothing behind for the next one', () => {
  assert.equal(codeOf(Buffer.from([0x22, 0xe2, 0x82])), 'PARSE_ERROR')
  assert.equal(parse('"ok"'), 'ok')
})

const large = 4 * 1024 * 1024
const heavy: [what: string, text: string, code: ErrorCode | null][] = [
  ['a string', `"${'a'.repeat(large)}"`, null],
  ['escaped characters', `"${String.raw`\u0041`.repeat(large / 6)}"`, null],
  ['backslashes', `"${'\\\\'.repeat(large / 2)}"`, null],
  ['backslashes that never end', `"${'\\'.repeat(large)}`, 'PARSE_ERROR'],
  ['escaped quotes', `"${'\\"'.repeat(large / 2)}"`, null],
  ['escaped quotes that never end', `"${'\\"'.repeat(large / 2)}`, 'PARSE_ERROR'],
  ['quotes', '"'.repeat(large), 'PARSE_ERROR'],
  ['digits', '1'.repeat(large), 'INVALID_PARAMS'],
  ['digits behind the point', `0.${'1'.repeat(large)}`, null],
  ['minus signs', '-'.repeat(large), 'PARSE_ERROR'],
  ['commas', ','.repeat(large), 'INVALID_PARAMS'],
  ['closing brackets', ']'.repeat(large), 'PARSE_ERROR'],
  ['white space', ' '.repeat(large), 'PARSE_ERROR'],
  ['many small objects', `[${'{"a":1},'.repeat(large / 9)}0]`, 'INVALID_PARAMS'],
]

for (const [what, text, code] of heavy) test(`4 MB come to an end: ${what}`, () => assert.equal(codeOf(text), code))
