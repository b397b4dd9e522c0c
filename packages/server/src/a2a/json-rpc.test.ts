import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import type { Json } from '@codetether/protocol/json'
import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import { type Permission, permissions } from '../principal.ts'
import type { WireVersion } from '../store/tasks.ts'
import { dispatch, idInRefused, readEnvelope } from './json-rpc.ts'
import { methods } from './methods.ts'

const idIn = (body: unknown) => idInRefused(Buffer.from(JSON.stringify(body) ?? ''))

const call = { jsonrpc: '2.0', id: 'a', method: 'tasks/get', params: { id: 't' } }
const without = (key: keyof typeof call): Json => Object.fromEntries(Object.entries(call).filter(([k]) => k !== key))

const refusalOf = (body: Json): string | null => {
  try {
    readEnvelope(body)
    return null
  } catch (error) {
    assert.ok(error instanceof PlatformError && error.code === 'INVALID_REQUEST', String(error))
    return error.message
  }
}

test('an envelope is read as it is', () => {
  assert.deepEqual(readEnvelope(call), { id: 'a', method: 'tasks/get', params: { id: 't' } })
})

test('unknown members do no harm', () => {
  assert.equal(readEnvelope({ ...call, extra: { a: 1 } }).method, 'tasks/get')
})

const longest = 'x'.repeat(limits.idChars)
const ids: Json[] = ['a', '', longest, 'é😀', 0, 1, -1, Number.MAX_SAFE_INTEGER, null]

for (const id of ids)
  test(`an id may be ${JSON.stringify(id).slice(0, 20)}, and the answer carries it`, () => {
    assert.equal(readEnvelope({ ...call, id }).id, id)
    assert.equal(idIn({ ...call, id }), id)
  })

test('a call without an id is answered with the id null', () => {
  assert.equal(readEnvelope(without('id')).id, null)
  assert.equal(idIn(without('id')), null)
})

const badIds: Json[] = [{}, { a: 1 }, [], ['a'], true, false, 1.5, 1e300, `${longest}x`]

for (const id of badIds)
  test(`an id may not be ${JSON.stringify(id).slice(0, 20)}, and the answer carries null`, () => {
    assert.match(refusalOf({ ...call, id }) ?? '', /^id must be/)
    assert.equal(idIn({ ...call, id }), null)
  })

const bad: [what: string, body: Json, why: RegExp][] = [
  ['a batch', [call], /batches are not supported/],
  ['an empty batch', [], /batches are not supported/],
  ['null', null, /JSON object/],
  ['a string', 'tasks/get', /JSON object/],
  ['a number', 5, /JSON object/],
  ['an empty object', {}, /jsonrpc/],
  ['no jsonrpc', without('jsonrpc'), /jsonrpc/],
  ['JSON-RPC 1.0', { ...call, jsonrpc: '1.0' }, /jsonrpc/],
  ['JSON-RPC 2', { ...call, jsonrpc: '2' }, /jsonrpc/],
  ['a number for jsonrpc', { ...call, jsonrpc: 2 }, /jsonrpc/],
  ['no method', without('method'), /method/],
  ['a method that is null', { ...call, method: null }, /method/],
  ['a method that is a number', { ...call, method: 1 }, /method/],
  ['a method that is a list', { ...call, method: ['tasks/get'] }, /method/],
]

for (const [what, body, why] of bad) test(`is no request: ${what}`, () => assert.match(refusalOf(body) ?? '', why))

test('the id is found also where the rest of the envelope is wrong', () => {
  assert.equal(idIn({ id: 7, method: 1 }), 7)
  for (const body of [undefined, null, 'a', 5, [call]]) assert.equal(idIn(body), null)
})

const versions: readonly WireVersion[] = ['0.3', '1.0']
const all = versions.flatMap(version => [...methods[version].values()].map(method => [version, method] as const))

/** What is refused before a method begins: no call of these reaches the context. */
const nowhere: Context = Object.create(null)

const codeOf = async (
  body: Json,
  held: readonly Permission[] = permissions,
  version: WireVersion = '0.3',
): Promise<string | null> => {
  const principal = { tenantId: 't', id: 'local', permissions: new Set(held) }
  const { signal } = new AbortController()
  try {
    using resources = new DisposableStack()
    const rest = {
      ctx: nowhere,
      principal,
      lastEventId: null,
      extensions: { requested: new Set<string>(), activated: new Set<string>() },
      base: 'http://localhost',
      agent: null,
      signal,
      resources,
    }
    const answer = await dispatch(readEnvelope(body), version, rest)
    return answer === null ? 'no answer' : 'an answer'
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    return `${error.code}: ${error.message}`
  }
}

for (const params of [[], [{ id: 't' }], 'id', '', 5, true])
  test(`params may not be ${JSON.stringify(params)}, for any method`, async () => {
    for (const [version, method] of all)
      assert.equal(
        await codeOf({ ...call, method: method.name, params }, permissions, version),
        'INVALID_PARAMS: params must be an object',
      )
  })

for (const params of [undefined, null, {}, { '': 't' }])
  test(`params that are ${JSON.stringify(params) ?? 'missing'} lack what the method needs`, async () => {
    const body = params === undefined ? without('params') : { ...call, params }
    assert.equal(await codeOf(body), 'INVALID_PARAMS: invalid params: id: the id of a task is missing')
  })

for (const method of [
  'tasks/explode',
  'SendMessage',
  'Tasks/get',
  'tasks/get ',
  '',
  '__proto__',
  'constructor',
  'toString',
])
  test(`the method ${JSON.stringify(method)} does not exist, and is a notification without an id`, async () => {
    assert.equal(await codeOf({ ...call, method }), `METHOD_NOT_FOUND: method not found: ${method}`)
    assert.equal(await codeOf({ ...call, method, id: null }), 'no answer')
    assert.equal(await codeOf({ jsonrpc: '2.0', method, params: [] }), 'no answer')
  })

test('a long method is not repeated', async () => {
  assert.equal(await codeOf({ ...call, method: 'x'.repeat(100_000) }), 'METHOD_NOT_FOUND: method not found')
})

test('a method of A2A without an id is a call', async () => {
  assert.match((await codeOf({ jsonrpc: '2.0', method: 'tasks/get' })) ?? '', /^INVALID_PARAMS/)
})

for (const [version, { name: method, permission }] of all)
  test(`${method} needs ${permission}, whatever its params are`, async () => {
    const others = permissions.filter(other => other !== permission)
    assert.match((await codeOf({ ...call, method, params: 'x' }, others, version)) ?? '', /^FORBIDDEN/)
  })

test('the methods of one version do not exist in the other', async () => {
  for (const [version, { name }] of all) {
    const other = version === '0.3' ? '1.0' : '0.3'
    assert.equal(
      await codeOf({ ...call, method: name }, permissions, other),
      `METHOD_NOT_FOUND: method not found: ${name}`,
    )
  }
})
