import assert from 'node:assert/strict'
import test, { after, describe } from 'node:test'
import { ListTasksRequest, Role, StreamResponse, TaskState } from '@a2a-js/sdk'
import {
  RequestMalformedError,
  TaskNotCancelableError,
  TaskNotFoundError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors'
import { builtInAgents } from '@codetether/agents/built-in'
import { defineAgent } from '@codetether/agents/define-agent'
import { textOf } from '@codetether/protocol/message'
import { waitUntil } from '@codetether/testing/wait-until'
import {
  connect,
  dialects,
  kindOf,
  nameOf,
  request,
  send as sendBy,
  type To,
  tenant,
  wordsOf,
} from '../official-client.ts'
import { startPlatform } from '../platform.ts'
import { startReceiver } from '../push/receiver.ts'
import { gatedAgent } from './gated-agent.ts'

/** Asks for a name and greets it. */
const greeter = defineAgent({
  name: 'Greeter',
  description: 'Greets whoever says a name.',
  skills: [{ id: 'greet', name: 'Greet', description: 'Greets.', tags: ['test'] }],
  handle: async (message, { history, ask, reply }) =>
    history.length === 1 ? ask('What is your name?') : reply(`Hello, ${textOf(message.parts)}`),
})

const gated = gatedAgent()
const env = { A2A_OUTBOUND_ALLOW: '127.0.0.1', A2A_GRPC_PORT: '0' }
const platform = await startPlatform({ agents: [...builtInAgents, gated.agent, greeter], env })
after(() => platform[Symbol.asyncDispose]())

/** Where the card says that a binding is. */
const addresses = new Map([
  ['JSONRPC', `${platform.url}/`],
  ['HTTP+JSON', `${platform.url}/a2a/rest`],
  ['GRPC', `127.0.0.1:${platform.server.grpcPort}`],
])

for (const dialect of dialects)
  describe(`the official client, speaking ${nameOf(dialect)}`, async () => {
    const { version, binding } = dialect
    const client = await connect(platform.url, dialect)
    const name = nameOf(dialect)
    const send = (text: string, to?: To) => sendBy(client, request(text, to))

    test('finds the card and its version', async () => {
      assert.equal(client.protocolVersion, version)
      const card = await client.getAgentCard()
      assert.equal(card.name, 'CodeTether')
      assert.equal(card.capabilities?.streaming, true)
      assert.ok(card.skills.some(skill => skill.id === 'task-management'))
      assert.ok(card.supportedInterfaces.some(({ protocolBinding }) => protocolBinding === binding))
      for (const { url, protocolBinding } of card.supportedInterfaces) assert.equal(url, addresses.get(protocolBinding))
    })

    test('sends a message and gets the finished task', async () => {
      const task = await send('Calculate 25 * 4')
      assert.equal(task.status?.state, TaskState.TASK_STATE_COMPLETED)
      assert.match(wordsOf(task.status?.message), /The result is 100/)
      assert.deepEqual([task.artifacts.length, task.history[0]?.role], [1, Role.ROLE_USER])
    })

    test('gets a task that it has sent, with as much history as it asks for', async () => {
      const { id, contextId } = await send('Remember me')
      const task = await client.getTask({ tenant, id })
      assert.deepEqual([task.id, task.contextId, wordsOf(task.status?.message)], [id, contextId, 'Echo: Remember me'])
      assert.equal(wordsOf(task.history[0]), 'Remember me')
      // The proto of v0.3 cannot tell 0 from nothing, and means all of it.
      const none = version === '0.3' && binding === 'GRPC' ? task.history : []
      assert.deepEqual((await client.getTask({ tenant, id, historyLength: 0 })).history, none)
    })

    test('streams the task, its updates, the artifact and the final status', async () => {
      const stream = await Array.fromAsync(client.sendMessageStream(request('Generate a report')))
      assert.deepEqual(stream.map(kindOf), ['task', 'TASK_STATE_WORKING', 'artifactUpdate', 'TASK_STATE_COMPLETED'])
      const last = stream.at(-1)?.payload
      assert.ok(last?.$case === 'statusUpdate')
      assert.equal(wordsOf(last.value.status?.message), 'Echo: Generate a report')
    })

    test('cancels a running task, whose agent stops', async () => {
      const { id, status } = await send(`cancel this, ${name}`, { agent: 'Gated', returnImmediately: true })
      assert.equal(status?.state, TaskState.TASK_STATE_WORKING)
      const canceled = await client.cancelTask({ tenant, id, metadata: undefined })
      assert.deepEqual([canceled.id, canceled.status?.state], [id, TaskState.TASK_STATE_CANCELED])
      await gated.stopped(`cancel this, ${name}`)
      // A second cancel is an error in v0.3, and idempotent in v1.0.
      const again = client.cancelTask({ tenant, id, metadata: undefined })
      if (version === '0.3') await assert.rejects(again, TaskNotCancelableError)
      else assert.equal((await again).status?.state, TaskState.TASK_STATE_CANCELED)
    })

    test('resubscribes to a running task and sees its end', async () => {
      const { id } = await send(`resubscribe to this, ${name}`, { agent: 'Gated', returnImmediately: true })
      const stream = client.resubscribeTask({ tenant, id })
      const { value: first } = await stream.next()
      assert.ok(first?.payload?.$case === 'task')
      assert.equal(first.payload.value.status?.state, TaskState.TASK_STATE_WORKING)
      gated.open(`resubscribe to this, ${name}`)
      assert.deepEqual((await Array.fromAsync(stream)).map(kindOf), ['artifactUpdate', 'TASK_STATE_COMPLETED'])
    })

    test('a task that asks back goes on with the answer of the official client', async () => {
      const asked = await send('Greet me', { agent: 'Greeter' })
      assert.equal(asked.status?.state, TaskState.TASK_STATE_INPUT_REQUIRED)
      assert.equal(wordsOf(asked.status.message), 'What is your name?')
      const { id: taskId, contextId } = asked
      const greeted = await send('Ada', { taskId, contextId })
      assert.deepEqual([greeted.id, greeted.status?.state], [taskId, TaskState.TASK_STATE_COMPLETED])
      assert.equal(wordsOf(greeted.status?.message), 'Hello, Ada')
      assert.deepEqual(greeted.history.map(wordsOf), ['Greet me', 'What is your name?', 'Ada'])
    })

    test('the same with streams: the first ends with the question, the second goes on with the task', async () => {
      const first = await Array.fromAsync(client.sendMessageStream(request('Greet me', { agent: 'Greeter' })))
      assert.deepEqual(first.map(kindOf), ['task', 'TASK_STATE_WORKING', 'TASK_STATE_INPUT_REQUIRED'])
      const [opening] = first
      assert.ok(opening?.payload?.$case === 'task')
      const { id: taskId, contextId } = opening.payload.value
      const second = await Array.fromAsync(client.sendMessageStream(request('Grace', { taskId, contextId })))
      assert.deepEqual(second.map(kindOf), ['task', 'artifactUpdate', 'TASK_STATE_COMPLETED'])
      const last = second.at(-1)?.payload
      assert.ok(last?.$case === 'statusUpdate')
      assert.equal(wordsOf(last.value.status?.message), 'Hello, Grace')
    })

    test('registers a webhook, finds it again, is told of the end of the task, and deletes it', async () => {
      await using receiver = await startReceiver()
      const text = `tell of this, ${name}`
      const { id: taskId } = await send(text, { agent: 'Gated', returnImmediately: true })
      const authentication = { scheme: 'Bearer', credentials: 'of-the-webhook' }
      const config = { tenant, taskId, id: 'mine', url: `${receiver.url}/`, token: 'a-token', authentication }
      const made = await client.createTaskPushNotificationConfig(config)
      const shown = { ...config, token: '', authentication: { scheme: 'Bearer', credentials: '' } }
      assert.deepEqual(made, shown)
      const id = 'mine'
      assert.deepEqual(await client.getTaskPushNotificationConfig({ tenant, taskId, id }), shown)
      const list = { tenant, taskId, pageSize: 0, pageToken: '' }
      assert.deepEqual((await client.listTaskPushNotificationConfig(list)).configs, [shown])
      gated.open(text)
      await waitUntil('the end is told', () => /completed/i.test(receiver.received.at(-1)?.raw ?? ''))
      const last = receiver.received.at(-1)
      assert.deepEqual(
        [last?.headers.authorization, last?.headers['x-a2a-notification-token']],
        ['Bearer of-the-webhook', 'a-token'],
      )
      if (version === '1.0') assert.equal(kindOf(StreamResponse.fromJSON(last?.body)), 'TASK_STATE_COMPLETED')
      else assert.deepEqual([last?.body.kind, last?.body.id], ['task', taskId])
      for (const _ of [1, 2]) await client.deleteTaskPushNotificationConfig({ tenant, taskId, id })
      assert.deepEqual((await client.listTaskPushNotificationConfig(list)).configs, [])
      await assert.rejects(client.getTaskPushNotificationConfig({ tenant, taskId, id }), TaskNotFoundError)
    })

    test('errors reach the official client as its own', async () => {
      const unknown = { tenant, id: 'task-123' }
      await assert.rejects(client.getTask(unknown), TaskNotFoundError)
      await assert.rejects(client.cancelTask({ ...unknown, metadata: undefined }), TaskNotFoundError)
      await assert.rejects(Array.fromAsync(client.resubscribeTask(unknown)), TaskNotFoundError)
      const { id: taskId } = await send('Done at once')
      await assert.rejects(send('More of it', { taskId }), UnsupportedOperationError)
      await assert.rejects(send('Anybody there?', { agent: 'Nobody' }), RequestMalformedError)
    })

    // v0.3 has no listing, and answers the second with the task.
    if (version === '0.3') return

    test('lists its tasks page by page', async () => {
      const { contextId } = await send('first of two')
      await send('second of two', { contextId })
      const filter = { ...ListTasksRequest.fromJSON({ pageSize: 1 }), contextId }
      const first = await client.listTasks(filter)
      assert.deepEqual([first.tasks.length, first.pageSize, first.totalSize], [1, 1, 2])
      const second = await client.listTasks({ ...filter, pageToken: first.nextPageToken })
      assert.deepEqual([second.tasks.length, second.nextPageToken], [1, ''])
      assert.notEqual(first.tasks[0]?.id, second.tasks[0]?.id)
    })

    test('is told when there is nothing to subscribe to', async () => {
      const { id } = await send('Done at once')
      await assert.rejects(Array.fromAsync(client.resubscribeTask({ tenant, id })), UnsupportedOperationError)
    })
  })
