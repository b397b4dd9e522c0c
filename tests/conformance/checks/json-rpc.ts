import assert from 'node:assert/strict'
import { openStream } from '../../doors/sse.ts'
import { assertRpcError, json, post } from '../../doors/support.ts'
import type { RpcBody } from '../../platform.ts'
import { call, messageV03, messageV10 } from '../calls.ts'
import { check } from '../requirement.ts'

const missing = '00000000-0000-7000-8000-000000000000'

/** One call that succeeds and one that fails, in each version. */
const calls: [method: string, params: () => object, succeeds: boolean][] = [
  ['message/send', () => messageV03('hello'), true],
  ['tasks/get', () => ({ id: missing }), false],
  ['SendMessage', () => messageV10('hello'), true],
  ['GetTask', () => ({ id: missing }), false],
]

export const jsonRpc = {
  overHttp: check('calls travel in the body of HTTP POST and nothing else', async ({ open }) => {
    assert.equal((await call(open, 'message/send', messageV03('hello'))).status, 200)
    for (const method of ['GET', 'PUT', 'DELETE']) assert.equal((await fetch(open.url, { method })).status, 405)
  }),

  version: check('jsonrpc is exactly "2.0" in requests and answers', async ({ open }) => {
    for (const [method, params] of calls) assert.equal((await call(open, method, params())).body.jsonrpc, '2.0')
    for (const jsonrpc of ['1.0', '2', 2, 2.0, null, undefined])
      assertRpcError(await post(open.url, { jsonrpc, id: 5, method: 'tasks/list' }), -32600, 5)
  }),

  idTypes: check('an id is a string, a number or null, and is refused as anything else', async ({ open }) => {
    for (const id of ['x', '', 0, -7, 2 ** 40, null])
      assert.deepEqual((await post(open.url, { jsonrpc: '2.0', id, method: 'GetTask', params: {} })).body.id, id)
    for (const id of [{}, [], true]) {
      const answer = await post(open.url, { jsonrpc: '2.0', id, method: 'GetTask', params: {} })
      assertRpcError(answer, -32600, null)
    }
  }),

  sameId: check('an answer has the id of its request, whether it succeeds or fails', async ({ open }) => {
    for (const [method, params] of calls)
      for (const id of ['an id', 42])
        assert.equal((await post(open.url, { jsonrpc: '2.0', id, method, params: params() })).body.id, id)
  }),

  nullId: check('where no id can be read, the id of the answer is there and null', async ({ open }) => {
    assertRpcError(await post(open.url, '{"jsonrpc":"2.0","id":1,'), -32700, null)
    assertRpcError(await post(open.url, '[]'), -32600, null)
    assertRpcError(await post(open.url, '"text"'), -32600, null)
  }),

  resultOrError: check('an answer has either a result or an error', async ({ open }) => {
    for (const [method, params, succeeds] of calls) {
      const { body } = await call(open, method, params())
      assert.deepEqual(Object.keys(body).sort(), [succeeds ? 'result' : 'error', 'id', 'jsonrpc'].sort())
    }
  }),

  errorObject: check('an error has a whole number as its code and a message', async ({ open }) => {
    const bodies = ['{', '[]', { jsonrpc: '2.0', id: 1, method: 'nope' }, { jsonrpc: '2.0', id: 1, method: 'GetTask' }]
    for (const body of bodies) {
      const { error } = (await post(open.url, body)).body
      assert.ok(Number.isInteger(error.code))
      assert.equal(typeof error.message, 'string')
      assert.ok(error.message.length > 0)
    }
  }),

  standardCodes: check("JSON-RPC's own errors have their codes", async ({ open }) => {
    const valid = { jsonrpc: '2.0', id: 1, method: 'tasks/get', params: { id: 'x' } }
    const bodies: [code: number, body: unknown][] = [
      [-32700, '{"jsonrpc"'],
      [-32600, { ...valid, method: 7 }],
      [-32600, { ...valid, method: undefined }],
      [-32600, [valid]],
      [-32601, { ...valid, method: 'tasks/nope' }],
      [-32602, { ...valid, params: [] }],
      [-32602, { ...valid, params: { id: 7 } }],
      [-32602, { ...valid, params: undefined }],
    ]
    for (const [code, body] of bodies) assert.equal((await post(open.url, body)).body.error.code, code)
  }),

  contentType: check('requests and answers are application/json', async ({ open }) => {
    for (const [method, params] of calls) {
      const { headers } = await call(open, method, params())
      assert.match(headers.get('content-type') ?? '', /^application\/json(?:;|$)/)
    }
    const body = { jsonrpc: '2.0', id: 1, method: 'message/send', params: messageV03('hello') }
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])
      assert.equal((await post(open.url, body, { 'content-type': type })).status, 415)
  }),

  streamedAnswers: check(
    'each event of a stream is an answer of JSON-RPC with the id of the request',
    async subject => {
      for (const [method, params] of [
        ['message/stream', messageV03('hello')],
        ['SendStreamingMessage', messageV10('hello')],
      ] as const) {
        const { response, rest } = await openStream(subject.open.url, { method, params })
        assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream(?:;|$)/)
        const frames = await rest()
        assert.ok(frames.length > 1)
        for (const { body } of frames) {
          assert.deepEqual(Object.keys(body).sort(), ['id', 'jsonrpc', 'result'])
          assert.deepEqual([body.jsonrpc, body.id], ['2.0', 'stream'])
        }
      }
    },
  ),

  utf8: check('bodies are UTF-8, and what is not is refused', async ({ open }) => {
    const text = 'ä漢😀\u2028'
    const { body } = await call(open, 'SendMessage', messageV10(text, { agent: 'Echo' }))
    assert.ok(body.result.task.artifacts[0].parts[0].text.includes(text))
    const latin1 = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tälk' }), 'latin1')
    assert.equal((await post(open.url, latin1)).body.error.code, -32700)
  }),

  headers: check('the version travels as an HTTP header, whatever the case of its name', async ({ open }) => {
    const request = { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'GetTask' }) }
    for (const name of ['A2A-Version', 'a2a-version', 'A2A-VERSION']) {
      const response = await fetch(open.url, { ...request, headers: { ...json, [name]: '0.3' } })
      const body: RpcBody = await response.json()
      assert.equal(body.error.code, -32601)
    }
  }),
}
