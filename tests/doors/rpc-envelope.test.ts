import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { message, type Platform, startPlatform } from '../platform.ts'
import { assertRpcError, exchange, post, rpcPaths } from './support.ts'

const send = (text = 'hello', more: object = {}) => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'message/send',
  params: message(text),
  ...more,
})

/** A request as text, so that it can hold what JSON.stringify does not write. */
const raw = (params: string, id = '7') => `{"jsonrpc":"2.0","id":${id},"method":"tasks/list","params":${params}}`

interface Refusal {
  what: string
  body: unknown
  code: number
  id: unknown
  status?: number
  headers?: Record<string, string>
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const keys = (count: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])))

const malformed: Refusal[] = [
  ...[
    '{"jsonrpc":"2.0","id":7',
    'hello',
    '{]',
    "{'a':1}",
    '{"a":1,}',
    '\u0000',
    '[',
    'NaN',
    '{"id":7}x',
    '{"a":"\n"}',
  ].map(body => ({ what: `the text ${JSON.stringify(body)}`, body, code: -32700, id: null })),
  { what: 'an empty body', body: '', code: -32700, id: null },
  { what: 'white space', body: ' \r\n\t ', code: -32700, id: null },
  { what: 'bytes that are not UTF-8', body: Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), code: -32700, id: null },
  { what: 'UTF-16', body: Buffer.from(JSON.stringify(send()), 'utf16le'), code: -32700, id: null },
]

const envelopes: Refusal[] = [
  ...['null', 'true', '42', '"text"'].map(body => ({ what: `the value ${body}`, body, code: -32600, id: null })),
  { what: 'an empty batch', body: '[]', code: -32600, id: null },
  { what: 'a batch', body: [send(), send()], code: -32600, id: null },
  { what: 'an empty object', body: {}, code: -32600, id: null },
  ...[undefined, '1.0', '2', 2, '2.00', null, ['2.0']].map(jsonrpc => ({
    what: `jsonrpc ${JSON.stringify(jsonrpc)}`,
    body: send('hello', { jsonrpc }),
    code: -32600,
    id: 7,
  })),
  ...[{}, [], [7], true, false, 1.5, -0.1].map(id => ({
    what: `the id ${JSON.stringify(id)}`,
    body: send('hello', { id }),
    code: -32600,
    id: null,
  })),
  { what: 'an id of 257 characters', body: send('hello', { id: 'i'.repeat(257) }), code: -32600, id: null },
  ...[undefined, null, 7, ['message/send'], {}].map(method => ({
    what: `the method ${JSON.stringify(method)}`,
    body: send('hello', { method }),
    code: -32600,
    id: 7,
  })),
  ...['', 'message/Send', 'message/send ', 'nope', 'toString', 'constructor'].map(method => ({
    what: `the method ${JSON.stringify(method)}`,
    body: send('hello', { method }),
    code: -32601,
    id: 7,
  })),
  ...[[], [message('hello')], 'text', 7, true, null].map(params => ({
    what: `the params ${JSON.stringify(params)?.slice(0, 20)}`,
    body: send('hello', { params }),
    code: -32602,
    id: 7,
  })),
  { what: 'params with an empty key', body: send('hello', { params: { '': 1 } }), code: -32602, id: 7 },
  { what: 'no params', body: send('hello', { params: undefined }), code: -32602, id: 7 },
]

const contents: Refusal[] = [
  { what: 'method twice', body: '{"jsonrpc":"2.0","id":7,"method":"a","method":"b"}', code: -32600 },
  { what: 'a key twice, once in escapes', body: raw('{"a":1,"\\u0061":2}'), code: -32600 },
  { what: 'a key twice deep inside', body: raw('{"a":[{"b":{"c":1,"c":1}}]}'), code: -32600 },
  ...['__proto__', 'constructor', 'prototype', '\\u005f_proto__'].map(key => ({
    what: `the key ${key}`,
    body: raw(`{"metadata":{"${key}":{"polluted":true}}}`),
    code: -32602,
  })),
  { what: 'NUL', body: raw('{"contextId":"a\\u0000b"}'), code: -32602 },
  { what: 'NUL in a key', body: raw('{"a\\u0000b":1}'), code: -32602 },
  { what: 'a high surrogate alone', body: raw('{"contextId":"\\ud83d"}'), code: -32602 },
  { what: 'a low surrogate alone', body: raw('{"contextId":"x\\ude00y"}'), code: -32602 },
  { what: 'surrogates in the wrong order', body: raw('{"a":"\\ude00\\ud83d"}'), code: -32602 },
  ...['1e400', '-1e400', '9007199254740993', '-9007199254740993', '1e16', '123456789012345678901234567890'].map(
    number => ({ what: `the number ${number}`, body: raw(`{"historyLength":${number}}`), code: -32602 }),
  ),
  { what: 'an id that loses digits', body: raw('{}', '9007199254740993'), code: -32602, id: null },
  { what: '65 levels', body: raw(`{"a":${nested(63)}}`), code: -32602 },
  { what: '100,000 levels', body: raw(`{"a":${nested(100_000)}}`), code: -32602, id: null },
  { what: '100,000 levels behind a number', body: raw(`{"n":1e400,"a":${nested(100_000)}}`), code: -32602, id: null },
  { what: 'a million levels that do not end', body: '['.repeat(1_000_000), code: -32602, id: null },
  { what: '1,001 keys', body: raw(keys(1001)), code: -32602 },
].map(refusal => ({ id: 7, ...refusal }))

const types: Refusal[] = [
  ...[
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ],
  ...[
    'application/xml',
    'application/jsonx',
    'application/jso',
    'x/application/json',
    'application/octet-stream',
    'json',
  ],
].map(type => ({
  what: `the content type ${type}`,
  body: send(),
  headers: { 'content-type': type },
  code: -31415,
  status: 415,
  id: null,
}))

const encodings: Refusal[] = [
  ...['gzip', 'deflate', 'br', 'zstd', 'identity, gzip', 'x'].map(encoding => ({
    what: `the content encoding ${encoding}`,
    body: send(),
    headers: { 'content-encoding': encoding },
  })),
  {
    what: 'a gzip bomb',
    body: gzipSync(Buffer.alloc(256 * 1024 * 1024, ' ')),
    headers: { 'content-encoding': 'gzip' },
  },
].map(refusal => ({ ...refusal, code: -31415, status: 415, id: null }))

describe('the envelope of JSON-RPC', () => {
  let platform: Platform
  before(async () => {
    platform = await startPlatform()
  })
  after(() => platform[Symbol.asyncDispose]())

  for (const { what, body, code, id, status = 200, headers } of [
    ...malformed,
    ...envelopes,
    ...contents,
    ...types,
    ...encodings,
  ])
    test(`${what} is answered with ${code} on every path`, async () => {
      for (const path of rpcPaths) {
        const answer = await post(`${platform.url}${path}`, body, headers)
        assert.equal(answer.status, status, answer.raw.slice(0, 500))
        assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
        assertRpcError(answer, code, id)
      }
    })

  test('params that are no object are named as the field at fault', async () => {
    for (const params of [[], 'text']) {
      const { body } = await post(platform.url, send('hello', { params }))
      const violations = body.error.data[1]
      assert.equal(violations['@type'], 'type.googleapis.com/google.rpc.BadRequest')
      assert.equal(violations.fieldViolations[0].field, 'params')
    }
  })

  test('a body without a content type is refused, and the absence of both is an empty body', async () => {
    for (const path of rpcPaths) {
      const url = `${platform.url}${path}`
      const untyped = await exchange(url, { method: 'POST', body: new Blob([JSON.stringify(send())]) })
      assert.equal(untyped.status, 415)
      assertRpcError(untyped, -31415, null)
      const nothing = await exchange(url, { method: 'POST' })
      assert.equal(nothing.status, 200)
      assertRpcError(nothing, -32700, null)
    }
  })

  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/a2a+json',
  ])
    test(`the content type ${type} is understood`, async () => {
      for (const path of rpcPaths) {
        const { status, body } = await post(`${platform.url}${path}`, send(), { 'content-type': type })
        assert.equal(status, 200)
        assert.equal(body.result.status.state, 'completed')
      }
    })

  for (const id of [0, -1, 7, Number.MAX_SAFE_INTEGER, '', 'a', 'i'.repeat(256), '"\\\u2028é😀', null])
    test(`the id ${JSON.stringify(id)?.slice(0, 30)} comes back as it was`, async () => {
      for (const path of rpcPaths) {
        const called = await post(`${platform.url}${path}`, send('hello', { id }))
        assert.deepEqual(called.body.id, id)
        assert.equal(called.body.result.status.state, 'completed')
        if (id === null) continue
        const refused = await post(`${platform.url}${path}`, send('hello', { id, method: 'nope' }))
        assertRpcError(refused, -32601, id)
      }
    })

  test('a call without an id is carried out and answered with the id null', async () => {
    for (const path of rpcPaths) {
      const { status, body } = await post(`${platform.url}${path}`, send('hello', { id: undefined }))
      assert.equal(status, 200)
      assert.equal(body.id, null)
      assert.equal(body.result.status.state, 'completed')
      const refused = await post(`${platform.url}${path}`, { jsonrpc: '2.0', method: 'tasks/get', params: { id: 'x' } })
      assertRpcError(refused, -32001, null)
    }
  })

  test('an unknown method without an id is a notification: 204 and nothing is carried out', async () => {
    const { result: before } = await platform.rpc('tasks/list')
    for (const path of rpcPaths)
      for (const id of [undefined, null])
        for (const method of ['nope', 'message/sendx', 'x'.repeat(1000)]) {
          const { status, raw: text } = await post(`${platform.url}${path}`, send('hello', { id, method }))
          assert.equal(`${status} ${text}`, '204 ')
        }
    const { result: now } = await platform.rpc('tasks/list')
    assert.equal(now.totalSize, before.totalSize)
  })

  test('a batch is carried out in no part', async () => {
    const { result: before } = await platform.rpc('tasks/list')
    await post(platform.url, [send(), send()])
    const { result: now } = await platform.rpc('tasks/list')
    assert.equal(now.totalSize, before.totalSize)
  })

  test('a method name of 100 KB is not echoed', async () => {
    for (const path of rpcPaths) {
      const answer = await post(`${platform.url}${path}`, send('hello', { method: 'x'.repeat(100_000) }))
      assertRpcError(answer, -32601, 7)
      assert.ok(answer.raw.length < 500)
    }
  })

  test('no forbidden key has reached a prototype', () => {
    assert.equal('polluted' in {}, false)
  })

  test('what is at a limit is accepted', async () => {
    const metadata = { deep: JSON.parse(nested(58)), wide: JSON.parse(keys(1000)), most: Number.MAX_SAFE_INTEGER }
    const { body } = await post(platform.url, send('hello', { params: { ...message('hello'), metadata } }))
    assert.equal(body.result.status.state, 'completed')
  })
})
