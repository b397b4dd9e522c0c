import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { A2aClient } from '@codetether/client/a2a-client'
import { RemoteError } from '@codetether/client/errors'
import type { StreamEvent } from '@codetether/protocol/v03/wire'
import { startPlatform } from '../platform.ts'
import { busy, prune, versions } from './support.ts'

const platform = await startPlatform({ agents: [busy] })
after(() => platform[Symbol.asyncDispose]())
const client = await A2aClient.fromUrl(platform.url)

/** A finished task whose first `upTo` generations are not kept. */
async function prunedTask(upTo: number): Promise<string> {
  const { result } = await platform.rpc('message/send', versions['0.3'].message('Busy'))
  await prune(platform, result.id, upTo)
  return result.id
}

const describe = (event: StreamEvent) => (event.kind === 'task' ? `task ${event.status.state}` : event.kind)

test('our client goes on behind its cursor while that is possible, and else from the task as it is', async () => {
  const id = await prunedTask(5)
  let gaps = 0
  const watch = (lastEventId: string) =>
    Array.fromAsync(client.resubscribe(id, { lastEventId, onGap: () => (gaps += 1) }), describe)
  assert.equal((await watch('5')).length, 7)
  assert.equal(gaps, 0)
  assert.deepEqual(await watch('4'), ['task completed'])
  assert.equal(gaps, 1)
})

test('a cursor from the future stays an error', async () => {
  const id = await prunedTask(0)
  await assert.rejects(Array.fromAsync(client.resubscribe(id, { lastEventId: '99' })), { code: -32602 })
  await assert.rejects(Array.fromAsync(client.resubscribe(crypto.randomUUID())), RemoteError)
})
