import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { message, type Platform, startPlatform } from '../platform.ts'
import { exchange, post } from './support.ts'

/** An address that may be called, and is not: the task has ended. */
const url = 'https://93.184.216.34/'

describe('push configurations over HTTP+JSON', () => {
  let platform: Platform
  let id: string
  let configs: string
  before(async () => {
    platform = await startPlatform()
    id = (await platform.rpc('message/send', message('hello'))).result.id
    configs = `/tasks/${id}/pushNotificationConfigs`
  })
  after(() => platform[Symbol.asyncDispose]())
  const at = (path: string) => `${platform.url}/a2a/rest${path}`

  test('are made, read, listed and deleted in v1.0', async () => {
    const made = await post(at(configs), { id: 'a', url, token: 'secret' })
    assert.deepEqual([made.status, made.body.id, made.body.taskId, made.body.url], [200, 'a', id, url])
    assert.deepEqual((await exchange(at(`${configs}/a`))).body, made.body)
    assert.deepEqual((await exchange(at(`/acme${configs}?pageSize=5`))).body.configs, [made.body])
    const gone = await exchange(at(`${configs}/a`), { method: 'DELETE' })
    assert.deepEqual([gone.status, gone.raw], [204, ''])
    assert.equal((await exchange(at(`${configs}/a`))).status, 404)
  })

  test('are resources with names in v0.3, made in each of the shapes that clients send', async () => {
    const bodies = [
      { name: `tasks/${id}/pushNotificationConfigs/b`, pushNotificationConfig: { url } },
      { config: { url, id: 'b' } },
      { parent: `tasks/${id}`, configId: 'b', config: { pushNotificationConfig: { url } } },
    ]
    const expected = { name: `tasks/${id}/pushNotificationConfigs/b`, pushNotificationConfig: { id: 'b', url } }
    for (const body of bodies) {
      assert.deepEqual((await post(at(`/v1${configs}`), body)).body, expected)
      assert.deepEqual((await exchange(at(`/v1${configs}/b`))).body, expected)
      assert.deepEqual((await exchange(at(`/v1${configs}`))).body, { configs: [expected] })
      assert.equal((await exchange(at(`/v1${configs}/b`), { method: 'DELETE' })).status, 204)
    }
  })
})
