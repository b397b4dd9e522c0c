import assert from 'node:assert/strict'
import test, { after, describe } from 'node:test'
import { ListTasksRequest, SendMessageRequest, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk'
import { type Client, ClientFactory, ClientFactoryOptions, DefaultAgentCardResolver } from '@a2a-js/sdk/client'
import { GrpcTransportFactory } from '@a2a-js/sdk/client/grpc'
import {
  RequestMalformedError,
  TaskNotCancelableError,
  TaskNotFoundError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors'
import { builtInAgents } from '@codetether/agents/built-in'
import { z } from 'zod'
import { startPlatform } from '../platform.ts'
import { gatedAgent } from './gated-agent.ts'

const gated = gatedAgent()
const platform = await startPlatform({ agents: [...builtInAgents, gated.agent], env: { A2A_GRPC_PORT: '0' } })
after(() => platform[Symbol.asyncDispose]())

const legacyCompat = { enabled: true }
const factory = new ClientFactory(
  ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
    transports: [new GrpcTransportFactory({ legacyCompat })],
    preferredTransports: ['GRPC'],
  }),
)

const AgentCardV03 = z.looseObject({ supportedInterfaces: z.unknown() })

interface To {
  returnImmediately?: boolean
  taskId?: string
  contextId?: string
  metadata?: object
}

/** The official client before a server that has v0.3 only: the card without the list of interfaces that v1.0 brings. */
async function connectToV03(): Promise<Client> {
  const response = await fetch(`${platform.url}/.well-known/agent-card.json`)
  const { supportedInterfaces: _, ...card } = AgentCardV03.parse(await response.json())
  return factory.createFromAgentCard(new DefaultAgentCardResolver({ legacyCompat }).normalizeAgentCard(card))
}

const request = (text: string, { returnImmediately = false, ...message }: To = {}) =>
  SendMessageRequest.fromJSON({
    message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...message },
    configuration: { returnImmediately },
  })

async function sendBy(client: Client, text: string, message?: To): Promise<Task> {
  const sent = await client.sendMessage(request(text, message))
  assert.ok('status' in sent, 'a message is answered with a task')
  return sent
}

const wordsOf = (task: Task): string =>
  (task.status?.message?.parts ?? []).map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('')

/** What a frame is: its kind, or the state of a status update. */
const nameOf = ({ payload }: StreamResponse): string | undefined =>
  payload?.$case === 'statusUpdate' ? TaskState[payload.value.status?.state ?? -1] : payload?.$case

const tenant = ''
const toGated = { metadata: { agent: 'Gated' }, returnImmediately: true }

for (const [version, connect] of [
  ['1.0', () => factory.createFromUrl(platform.url)],
  ['0.3', connectToV03],
] as const)
  describe(`the official client over gRPC, speaking v${version}`, async () => {
    const client = await connect()

    test('finds gRPC on the card', () => {
      assert.equal(client.protocolVersion, version)
      assert.match(client.transport.protocolName, /grpc/i)
    })

    test('sends a message and gets the finished task, and gets it again', async () => {
      const sent = await sendBy(client, 'Calculate 25 * 4')
      assert.equal(sent.status?.state, TaskState.TASK_STATE_COMPLETED)
      assert.match(wordsOf(sent), /The result is 100/)
      const task = await client.getTask({ tenant, id: sent.id, historyLength: 5 })
      assert.deepEqual([task.id, task.contextId, wordsOf(task)], [sent.id, sent.contextId, wordsOf(sent)])
      assert.deepEqual(
        task.artifacts.map(({ artifactId }) => artifactId),
        sent.artifacts.map(({ artifactId }) => artifactId),
      )
    })

    test('streams the task, its updates, the artifact and the final status', async () => {
      const stream = await Array.fromAsync(client.sendMessageStream(request('Generate a report')))
      assert.deepEqual(stream.map(nameOf), ['task', 'TASK_STATE_WORKING', 'artifactUpdate', 'TASK_STATE_COMPLETED'])
    })

    test('cancels a running task, whose agent stops', async () => {
      const text = `cancel this, ${version}`
      const { id, status } = await sendBy(client, text, toGated)
      assert.equal(status?.state, TaskState.TASK_STATE_WORKING)
      const canceled = await client.cancelTask({ tenant, id, metadata: undefined })
      assert.deepEqual([canceled.id, canceled.status?.state], [id, TaskState.TASK_STATE_CANCELED])
      await gated.stopped(text)
      // A second cancel is an error in v0.3, and idempotent in v1.0.
      const again = client.cancelTask({ tenant, id, metadata: undefined })
      if (version === '0.3') await assert.rejects(again, TaskNotCancelableError)
      else assert.equal((await again).status?.state, TaskState.TASK_STATE_CANCELED)
    })

    test('subscribes to a running task and sees its end', async () => {
      const text = `subscribe to this, ${version}`
      const { id } = await sendBy(client, text, toGated)
      const stream = client.resubscribeTask({ tenant, id })
      const { value: first } = await stream.next()
      assert.ok(first?.payload?.$case === 'task')
      assert.equal(first.payload.value.status?.state, TaskState.TASK_STATE_WORKING)
      gated.open(text)
      assert.deepEqual((await Array.fromAsync(stream)).map(nameOf), ['artifactUpdate', 'TASK_STATE_COMPLETED'])
    })

    test('errors reach the official client as its own', async () => {
      const unknown = { tenant, id: 'task-123' }
      await assert.rejects(client.getTask(unknown), TaskNotFoundError)
      await assert.rejects(client.cancelTask({ ...unknown, metadata: undefined }), TaskNotFoundError)
      await assert.rejects(Array.fromAsync(client.resubscribeTask(unknown)), TaskNotFoundError)
      const { id: taskId } = await sendBy(client, 'Done at once')
      await assert.rejects(sendBy(client, 'More of it', { taskId }), UnsupportedOperationError)
      await assert.rejects(sendBy(client, 'Anybody there?', { metadata: { agent: 'Nobody' } }), RequestMalformedError)
    })

    // v0.3 has no listing, and answers the second with the task.
    if (version === '0.3') return

    test('lists its tasks page by page', async () => {
      const { contextId } = await sendBy(client, 'first of two')
      await sendBy(client, 'second of two', { contextId })
      const filter = { ...ListTasksRequest.fromJSON({ pageSize: 1 }), contextId }
      const first = await client.listTasks(filter)
      assert.deepEqual([first.tasks.length, first.pageSize, first.totalSize], [1, 1, 2])
      const second = await client.listTasks({ ...filter, pageToken: first.nextPageToken })
      assert.deepEqual([second.tasks.length, second.nextPageToken], [1, ''])
      assert.notEqual(first.tasks[0]?.id, second.tasks[0]?.id)
    })

    test('is told when there is nothing to subscribe to', async () => {
      const { id } = await sendBy(client, 'Done at once')
      await assert.rejects(Array.fromAsync(client.resubscribeTask({ tenant, id })), UnsupportedOperationError)
    })
  })
