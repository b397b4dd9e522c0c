import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { A2aClient } from '@codetether/client/a2a-client'
import { ask } from '@codetether/client/ask'
import { RemoteError } from '@codetether/client/errors'
import { openGrpc } from '@codetether/client/grpc/open-grpc'
import { textMessage } from '@codetether/client/message'
import { protocolVersions, transportNames } from '@codetether/client/operation'
import type { StreamEvent } from '@codetether/protocol/v03/wire'
import { startPlatform } from '../platform.ts'
import { startSdkAgent } from './sdk-agent.ts'

const platform = await startPlatform({ env: { A2A_GRPC_PORT: '0' } })
const grpc = async () => openGrpc()
const sdk = await startSdkAgent()
after(async () => {
  await platform[Symbol.asyncDispose]()
  await sdk[Symbol.asyncDispose]()
})

const say = (text: string, ids: { taskId?: string; contextId?: string } = {}) => ({
  message: textMessage(text, ids),
  configuration: { blocking: true },
})

const textOf = (events: readonly StreamEvent[]): string =>
  events
    .flatMap(event => (event.kind === 'artifact-update' ? event.artifact.parts : []))
    .map(part => (part.kind === 'text' ? part.text : ''))
    .join('')

const stateOf = (event: StreamEvent | undefined): string | undefined =>
  event?.kind === 'task' || event?.kind === 'status-update' ? event.status.state : undefined

const addresses = { JSONRPC: `${sdk.url}/rpc`, 'HTTP+JSON': `${sdk.url}/rest`, GRPC: sdk.grpcUrl }

for (const version of protocolVersions)
  for (const transport of transportNames)
    describe(`the server of the official SDK, A2A ${version} over ${transport}`, () => {
      const connect = () => A2aClient.fromUrl(sdk.url, { version, transport, grpc })

      test('is found by its card, at the address of this interface', async () => {
        const { endpoint } = await connect()
        assert.deepEqual(
          [endpoint.url, endpoint.version, endpoint.transport, endpoint.attaches],
          [addresses[transport], version, transport, false],
        )
      })

      test('answers a message with the task, which can be asked for again', async () => {
        const client = await connect()
        const sent = await client.send(say('Hello'))
        assert.ok(sent.kind === 'task')
        const task = await client.getTask(sent.id)
        for (const { status, artifacts, history } of [sent, task]) {
          assert.equal(status.state, 'completed')
          assert.deepEqual(
            artifacts?.flatMap(({ parts }) => parts.map(part => part.kind === 'text' && part.text)),
            ['Echo: ', 'Hello'],
          )
          assert.equal(history?.[0]?.role, 'user')
        }
      })

      test('streams what becomes of a message', async () => {
        const client = await connect()
        const events = await Array.fromAsync(client.stream(say('streamed')))
        assert.equal(events[0]?.kind, 'task')
        assert.equal(textOf(events), 'Echo: streamed')
        assert.equal(stateOf(events.at(-1)), 'completed')
      })

      test('goes on with a task that asked something', async () => {
        const client = await connect()
        const asked = await client.send(say('?'))
        assert.ok(asked.kind === 'task' && asked.status.state === 'input-required')
        const { id: taskId, contextId } = asked
        const answered = await client.send(say('an answer', { taskId, contextId }))
        assert.deepEqual(answered.kind === 'task' && [answered.id, answered.status.state], [taskId, 'completed'])
      })

      test('is asked and waited for, as long as it takes to an answer or a question', async () => {
        const client = await connect()
        const states: string[] = []
        const onEvent = (event: StreamEvent) => void states.push(stateOf(event) ?? event.kind)
        const done = await ask(client, say('Hello'), { onEvent })
        assert.ok(done.kind === 'task' && done.status.state === 'completed' && done.artifacts?.length === 1)
        assert.equal(states[0], 'submitted')
        const asking = await ask(client, say('?'))
        assert.ok(asking.kind === 'task' && asking.status.state === 'input-required')
      })

      test('a task that has ended is watched by asking how it ended', async () => {
        const client = await connect()
        const sent = await client.send(say('over'))
        assert.ok(sent.kind === 'task')
        const events = await Array.fromAsync(client.resubscribe(sent.id))
        assert.equal(stateOf(events.at(-1)), 'completed')
      })

      test('refuses in one typed error', async () => {
        const client = await connect()
        const sent = await client.send(say('over'))
        assert.ok(sent.kind === 'task')
        await assert.rejects(client.getTask('unknown'), error => error instanceof RemoteError && error.code === -32001)
        await assert.rejects(client.cancelTask(sent.id), error => error instanceof RemoteError && error.code === -32002)
      })
    })

describe('the server of the official SDK', () => {
  test('is spoken to in the way that its card prefers', async () => {
    const { endpoint } = await A2aClient.fromUrl(sdk.url)
    assert.deepEqual([endpoint.version, endpoint.transport], ['1.0', 'JSONRPC'])
  })

  for (const transport of transportNames)
    test(`lists tasks of v1.0 over ${transport}, page by page`, async () => {
      const client = await A2aClient.fromUrl(sdk.url, { version: '1.0', transport, grpc })
      const { contextId = '' } = await client.send(say('?'))
      const page = await client.listTasks({ contextId, status: 'input-required', pageSize: 1 })
      assert.deepEqual([page.tasks.length, page.totalSize, page.nextPageToken], [1, 1, ''])
    })
})

/** The ways in which our server says that it can be spoken to. */
const { interfaces } = await (await A2aClient.fromUrl(platform.url)).card()
const declared = protocolVersions.flatMap(version =>
  transportNames.flatMap(transport =>
    interfaces.some(one => one.version === version && one.transport === transport) ? { version, transport } : [],
  ),
)

test('our server declares both versions', () => {
  assert.deepEqual([...new Set(declared.map(({ version }) => version))], [...protocolVersions])
})

for (const { version, transport } of declared)
  describe(`our server, A2A ${version} over ${transport}`, () => {
    const connect = () => A2aClient.fromUrl(platform.url, { version, transport, grpc })

    test('answers, streams, lists and refuses', async () => {
      const client = await connect()
      assert.deepEqual([client.endpoint.version, client.endpoint.attaches], [version, true])
      const sent = await client.send(say('Calculate 25 * 4'))
      assert.ok(sent.kind === 'task')
      assert.match(JSON.stringify(sent.artifacts), /100/)
      const events = await Array.fromAsync(client.stream(say('Calculate 6 * 7')))
      assert.match(textOf(events), /42/)
      assert.equal(stateOf(events.at(-1)), 'completed')
      // Listing is no operation of v0.3; our extension of it is a method of JSON-RPC.
      if (version === '1.0' || transport === 'JSONRPC') {
        const { tasks } = await client.listTasks({ status: 'completed' })
        assert.ok(tasks.some(({ id }) => id === sent.id))
      }
      await assert.rejects(client.getTask('unknown'), error => error instanceof RemoteError && error.code === -32001)
    })

    test('the frames after a cursor come as they were, also when the task has ended meanwhile', async () => {
      const client = await connect()
      const sent = await client.send(say('Calculate 1 + 1'))
      assert.ok(sent.kind === 'task')
      const events = await Array.fromAsync(client.resubscribe(sent.id, { lastEventId: '1' }))
      assert.equal(events[0]?.kind, 'status-update')
      assert.equal(stateOf(events.at(-1)), 'completed')
    })
  })
