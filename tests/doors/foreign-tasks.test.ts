import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { message, type Platform, startPlatform } from '../platform.ts'
import { alice, askingAgent, assertRpcError, bob, post, rpcPaths, twoTokens } from './support.ts'

const missing = '01900000-0000-7000-8000-000000000000'

describe('the tasks of somebody else', () => {
  let platform: Platform
  let foreign: { id: string; contextId: string }
  before(async () => {
    platform = await startPlatform({ agents: [askingAgent], env: { A2A_AUTH_TOKENS: twoTokens } })
    const { result } = await platform.rpc('message/send', message('a secret of alice'), alice)
    foreign = result
  })
  after(() => platform[Symbol.asyncDispose]())

  const asBob = (method: string, params: object, path = '/') =>
    post(`${platform.url}${path}`, { jsonrpc: '2.0', id: 7, method, params }, bob)

  const calls: [method: string, params: (id: string) => object][] = [
    ['tasks/get', id => ({ id })],
    ['tasks/get', id => ({ taskId: id })],
    ['tasks/get', id => ({ id, historyLength: 5 })],
    ['tasks/cancel', id => ({ id })],
    ['tasks/resubscribe', id => ({ id })],
    ['message/send', id => ({ message: { ...message('hello').message, taskId: id } })],
    ['message/stream', id => ({ message: { ...message('hello').message, taskId: id } })],
    ['message/send', id => ({ message: { ...message('hello').message, taskId: id, contextId: 'other' } })],
  ]

  for (const [method, params] of calls)
    test(`${method} with ${JSON.stringify(Object.keys(params('')))} answers as if they did not exist`, async () => {
      for (const path of rpcPaths) {
        const theirs = await asBob(method, params(foreign.id), path)
        assertRpcError(theirs, -32001, 7)
        for (const id of [missing, 'no-uuid', "' or 1=1 --", 'x'.repeat(256), '../etc/passwd', foreign.id.slice(1)]) {
          const none = await asBob(method, params(id), path)
          assert.equal(none.raw, theirs.raw)
          assert.equal(none.status, theirs.status)
          assert.deepEqual([...none.headers.keys()], [...theirs.headers.keys()])
        }
      }
    })

  test('are not listed, counted or found by their context', async () => {
    for (const params of [{}, { contextId: foreign.contextId }, { status: 'input-required' }]) {
      const { body } = await asBob('tasks/list', params)
      assert.deepEqual([body.result.totalSize, body.result.tasks], [0, []])
    }
  })

  test('are not reached with a page token of their owner', async () => {
    await platform.rpc('message/send', message('another'), alice)
    const { result } = await platform.rpc('tasks/list', { pageSize: 1 }, alice)
    assert.notEqual(result.nextPageToken, '')
    const { body } = await asBob('tasks/list', { pageToken: result.nextPageToken })
    assert.deepEqual(body.result?.tasks ?? [], [])
  })

  test('are not attached to by sending their message id, and another one comes into being', async () => {
    const sent = message('the same id')
    const { result: theirs } = await platform.rpc('message/send', sent, alice)
    const { result: own } = await platform.rpc('message/send', sent, bob)
    assert.notEqual(own.id, theirs.id)
  })

  test('have not been changed by any of this', async () => {
    const { result } = await platform.rpc('tasks/get', { id: foreign.id }, alice)
    assert.equal(result.status.state, 'input-required')
    // The question stands in the status.
    assert.equal(result.history.length, 1)
  })
})
