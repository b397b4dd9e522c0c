import type { RpcBody } from '../../platform.ts'

/** A source of numbers that gives the same run for the same seed (mulberry32). */
export function randomOf(seed: number) {
  let state = seed
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(fraction() * bound)
  return {
    below,
    pick: <T>(items: readonly T[]): T => items[below(items.length)] as T,
    bytes: (length: number) => Uint8Array.from({ length }, () => below(256)),
  }
}

export type Random = ReturnType<typeof randomOf>

const nested = (depth: number): RpcBody => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
const nestedObject = (depth: number): RpcBody => JSON.parse(`${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`)

/** Values for any place of a request. */
const values: readonly (() => RpcBody)[] = [
  () => null,
  () => true,
  () => [],
  () => ({}),
  () => [null],
  () => [[]],
  () => ({ '': '' }),
  ...[
    0,
    -0,
    -1,
    1,
    1.5,
    1e-7,
    5e-324,
    2 ** 31,
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 53 - 1,
    -(2 ** 53) + 1,
    2 ** 53,
    1e22,
    1.7e308,
  ].map(n => () => n),
  ...[
    '',
    ' ',
    '0',
    '-1',
    'null',
    'NaN',
    "'",
    '"',
    '\\',
    '%s%n',
    '../../etc/passwd',
    "'; drop table tasks; --",
    '{{7*7}}',
  ].map(s => () => s),
  ...[
    '\u0001',
    '\u007f\u0085',
    '\u2028\u2029',
    '\ufeff',
    '\u202e',
    '\uffff',
    'é',
    'e\u0301',
    '😀',
    '👨‍👩‍👧',
    'ﷺ'.repeat(50),
    '\ud83d',
    '\ude00x',
    'a\u0000b',
  ].map(s => () => s),
  () => '00000000-0000-7000-8000-000000000000',
  () => '2026-01-01T00:00:00Z',
  () => 'x'.repeat(300),
  () => '漢'.repeat(5000),
  () => 'x'.repeat(100_000),
  () => nested(50),
  () => nested(63),
  () => nestedObject(50),
  () => nested(200),
  () => nestedObject(1000),
  () => Array.from({ length: 1000 }, (_, i) => i),
  () => Array.from({ length: 20_000 }, () => ({})),
  () => Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${i}`, i])),
  () => ({ toString: 1, valueOf: 2, hasOwnProperty: 3, length: -1, toJSON: 'y' }),
  () => ({ kind: 'text', text: 'hello' }),
  () => ({ kind: 'file', file: { bytes: 'AAAA', mimeType: '\u0001', name: '../x' } }),
  () => ({ kind: 'data', data: { a: { b: [1e-300, 'x'] } } }),
]

const valuesByType = Object.groupBy(values, make => typeof make())

type Place = { holder: RpcBody; key: string | number }

/** Every place of a request below its root. */
function placesOf(holder: RpcBody, depth = 0): Place[] {
  if (typeof holder !== 'object' || holder === null || depth > 8) return []
  return Object.keys(holder).flatMap(key => [{ holder, key }, ...placesOf(holder[key], depth + 1)])
}

const keys = [
  '',
  ' ',
  'id',
  'taskId',
  'kind',
  'type',
  'text',
  'message',
  'metadata',
  'a.b',
  '\u0001',
  'x'.repeat(500),
  '漢',
  'toString',
  '__proto__',
  'constructor',
  'prototype',
]

/** Sets a key as JSON.parse would: also one that assignment takes for the prototype. */
const put = (holder: RpcBody, key: string | number, value: RpcBody) =>
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })

const asText = (value: RpcBody): string => JSON.stringify(value)

/** Changes one place in one of the ways in which callers get things wrong. */
function mutateOnce(request: RpcBody, random: Random): void {
  // Mostly in the params: a broken envelope is refused before anything else is looked at.
  const inParams = placesOf(request.params)
  const place = random.pick(inParams.length > 0 && random.below(6) > 0 ? inParams : placesOf(request))
  if (!place) return
  const { holder, key } = place
  const value = () => random.pick(values)()
  // What a schema looks at no further comes in, and has to be stored and shown.
  const alike = () => random.pick(valuesByType[typeof holder[key]] ?? values)()
  const ways = [
    () => (holder[key] = value()),
    () => (holder[key] = alike()),
    () => (holder[key] = alike()),
    () => (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]),
    () => (holder[key] = [holder[key]]),
    () => (holder[key] = put({}, random.pick(keys), holder[key])),
    () => put(holder, Array.isArray(holder) ? holder.length : random.pick(keys), value()),
    () => (holder[key] = typeof holder[key] === 'string' ? holder[key] + asText(value()) : asText(holder[key])),
    () => {
      const other = random.pick(placesOf(request))
      holder[key] = structuredClone(other.holder[other.key])
    },
  ]
  random.pick(ways)()
}

/** The request as text after one to three changes, at times with one more in the text itself. */
export function mutated(request: RpcBody, random: Random): string {
  for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left--) mutateOnce(request, random)
  const text = JSON.stringify(request)
  if (random.below(12) > 0) return text
  const at = random.below(text.length)
  return random.pick([
    text.slice(0, at),
    text.slice(0, at) + text.slice(at + 1),
    `${text.slice(0, at)}${random.pick(['"', '{', '[', ',', '\\', '\\u0000', '\\ud800', '9e999', '\u0000', ' '])}${text.slice(at)}`,
    text + text,
    text.replace(/"(\w+)":/, '"$1":null,$&'),
    text.replace('"params":{', '"params":{"id":"x","id":"y",'),
    `[${text}]`,
  ])
}
