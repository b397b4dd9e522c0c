import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { AgentCard, ListTasksResponse, StreamResponse, Task } from '@a2a-js/sdk'
import { builtInAgents } from '@codetether/agents/built-in'
import { waitUntil } from '@codetether/testing/wait-until'
import { gatedAgent } from './journeys/gated-agent.ts'
import { type RpcBody, rpc, startPlatform } from './platform.ts'

const gated = gatedAgent()
const platform = await startPlatform({ agents: [...builtInAgents, gated.agent] })
after(() => platform[Symbol.asyncDispose]())

/** How many streams the server has open. */
async function openStreams(): Promise<number> {
  const response = await fetch(`${platform.url}/health/detail`)
  const detail: RpcBody = await response.json()
  return detail.components.streams.open
}

/** A message of v1.0 with an id of its own. */
const message = (text: string, more: object = {}) => ({
  message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...more },
})

const call = (method: string, params: unknown, headers?: Record<string, string>): Promise<RpcBody> =>
  rpc(platform.url, { method, params, headers })

const send = async (text: string, more?: object, configuration?: object): Promise<RpcBody> => {
  const { result, error } = await call('SendMessage', { ...message(text, more), configuration })
  assert.equal(error, undefined)
  return result.task
}

async function stream(method: string, params: unknown, headers: Record<string, string> = {}): Promise<RpcBody[]> {
  const response = await fetch(platform.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return (await response.text()).split('\n\n').flatMap(event => {
    const data = event.split('\n').find(line => line.startsWith('data: '))
    return data ? [JSON.parse(data.slice(6)).result] : []
  })
}

/** The official SDK reads our JSON and writes it again: nothing is lost, added or spelled otherwise. */
const assertParity = <T>(codec: { fromJSON(json: unknown): T; toJSON(value: T): unknown }, json: unknown) =>
  assert.deepEqual(codec.toJSON(codec.fromJSON(json)), json)

const parts = [
  { text: 'some text' },
  { raw: Buffer.from('bytes').toString('base64'), filename: 'a.bin', mediaType: 'application/octet-stream' },
  { url: 'https://a.example/file', mediaType: 'text/plain' },
  { data: { a: [1, true, null, 'x'] } },
]

test('tasks, frames and listings are what the official SDK makes of them', async () => {
  const task = await send('', { parts, metadata: { agent: 'Echo' }, extensions: ['https://a.example/ext'] })
  assert.deepEqual(task.history[0].parts, parts)
  assertParity(Task, task)
  for (const frame of await stream('SendStreamingMessage', message('Calculate 25 * 4')))
    assertParity(StreamResponse, frame)
  // The listing's keys are always there; ProtoJSON would leave out an empty token.
  const { nextPageToken, ...listing } = (await call('ListTasks', { includeArtifacts: true })).result
  assert.equal(nextPageToken, '')
  assertParity(ListTasksResponse, listing)
})

test('the card has the form of the version that is asked for, and says what it varies with', async () => {
  const url = `${platform.url}/.well-known/agent-card.json`
  const response = await fetch(url, { headers: { 'a2a-version': '1.0' } })
  const card: RpcBody = await response.json()
  assertParity(AgentCard, card)
  assert.match(response.headers.get('vary') ?? '', /a2a-version/)
  assert.deepEqual(card.supportedInterfaces, [
    { url: `${platform.url}/`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
    { url: `${platform.url}/`, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
    { url: `${platform.url}/a2a/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
    { url: `${platform.url}/a2a/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: '0.3' },
  ])
  const older = await fetch(url)
  assert.notEqual(older.headers.get('etag'), response.headers.get('etag'))
  const hybrid: RpcBody = await older.json()
  assert.equal(hybrid.protocolVersion, '0.3.0')
  assert.deepEqual(hybrid.supportedInterfaces, card.supportedInterfaces)
  assert.equal((await fetch(url, { headers: { 'a2a-version': '9.9' } })).status, 400)
})

for (const headers of [{}, { 'a2a-version': '1.0' }])
  test(`a method name in PascalCase is v1.0, with ${JSON.stringify(headers)}`, async () => {
    const { result } = await call('SendMessage', message('Calculate 25 * 4'), headers)
    assert.equal(result.task.status.state, 'TASK_STATE_COMPLETED')
    assert.match(result.task.artifacts[0].parts[0].text, /The result is 100/)
  })

test('the methods of the other version are not found', async () => {
  const wrong = await call('SendMessage', message('x'), { 'a2a-version': '0.3' })
  assert.equal(wrong.error.code, -32601)
  assert.equal((await call('message/send', message('x'), { 'a2a-version': '1.0' })).error.code, -32601)
})

test('a stream shows the task first, then each change, each with its own key', async () => {
  const frames = await stream('SendStreamingMessage', message('hello'))
  assert.deepEqual(frames.flatMap(Object.keys), ['task', 'statusUpdate', 'artifactUpdate', 'statusUpdate'])
  assert.equal(frames[0].task.status.state, 'TASK_STATE_SUBMITTED')
  assert.equal(frames[3].statusUpdate.status.state, 'TASK_STATE_COMPLETED')
})

test('SendMessage waits for the agent unless it is told to return at once', async () => {
  const early = await send('early', { metadata: { agent: 'Gated' } }, { returnImmediately: true })
  assert.equal(early.status.state, 'TASK_STATE_WORKING')
  const late = send('late', { metadata: { agent: 'Gated' } })
  gated.open('late')
  gated.open('early')
  assert.equal((await late).status.state, 'TASK_STATE_COMPLETED')
})

test('SubscribeToTask follows a running task and refuses one that has ended, but for missed frames', async () => {
  const { id } = await send('watched', { metadata: { agent: 'Gated' } }, { returnImmediately: true })
  const following = stream('SubscribeToTask', { id })
  await waitUntil('the stream is open', async () => (await openStreams()) > 0)
  gated.open('watched')
  const frames = await following
  assert.equal(Object.keys(frames[0])[0], 'task')
  assert.equal(frames.at(-1).statusUpdate.status.state, 'TASK_STATE_COMPLETED')
  assert.equal((await call('SubscribeToTask', { id })).error.code, -32004)
  const missed = await stream('SubscribeToTask', { id }, { 'last-event-id': '2' })
  assert.deepEqual(missed.flatMap(Object.keys), ['artifactUpdate', 'statusUpdate'])
})

test('CancelTask is idempotent, but does not cancel what is completed', async () => {
  const { id } = await send('unwanted', { metadata: { agent: 'Gated' } }, { returnImmediately: true })
  for (let round = 0; round < 2; round++)
    assert.equal((await call('CancelTask', { id })).result.status.state, 'TASK_STATE_CANCELED')
  const { id: done } = await send('hello')
  const { error } = await call('CancelTask', { id: done })
  assert.equal(error.code, -32002)
  assert.equal(error.data[0].reason, 'TASK_NOT_CANCELABLE')
})

test('GetTask leaves the history out, or shows as much of it as is wanted', async () => {
  const { id } = await send('hello')
  assert.equal('history' in (await call('GetTask', { id, historyLength: 0 })).result, false)
  assert.equal((await call('GetTask', { id, historyLength: 1 })).result.history.length, 1)
  assert.equal((await call('GetTask', { id: crypto.randomUUID() })).error.code, -32001)
})

test('ListTasks filters by context, state and time, and always has its four keys', async () => {
  const { contextId, status } = await send('hello')
  await send('hello again', { contextId })
  const list = async (params: object) => (await call('ListTasks', { contextId, ...params })).result
  assert.deepEqual(Object.keys(await list({})), ['tasks', 'nextPageToken', 'pageSize', 'totalSize'])
  assert.equal((await list({ status: 'TASK_STATE_COMPLETED' })).totalSize, 2)
  assert.equal((await list({ status: 'TASK_STATE_WORKING' })).totalSize, 0)
  // The time itself is included.
  assert.equal((await list({ statusTimestampAfter: status.timestamp })).totalSize, 2)
  assert.equal((await list({ statusTimestampAfter: '2999-01-01T00:00:00Z' })).totalSize, 0)
  const [task] = (await list({})).tasks
  assert.equal('artifacts' in task || 'history' in task, false)
  assert.equal((await list({ includeArtifacts: true })).tasks[0].artifacts.length, 1)
})

test('a task of one version is the same task in the other', async () => {
  const { id } = await send('hello')
  const { result } = await platform.rpc('tasks/get', { id })
  assert.deepEqual([result.kind, result.status.state], ['task', 'completed'])
})

test('an extended card that is not there is refused as v1.0 says', async () => {
  assert.equal((await call('GetExtendedAgentCard', {})).error.code, -32004)
})
