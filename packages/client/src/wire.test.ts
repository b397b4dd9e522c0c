import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { A2aClient } from './a2a-client.ts'
import { RemoteError } from './errors.ts'
import { textMessage } from './message.ts'
import type { ProtocolVersion, TransportName } from './operation.ts'

interface Sent {
  method: string
  path: string
  version: string | null
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies whose shape is what they are about
  body: any
}

/** A client before a server that gives one answer, and what it was asked. */
const speaking = (version: ProtocolVersion, transport: TransportName, answer: object, tenant?: string) => {
  const sent: Sent[] = []
  const fetch: typeof globalThis.fetch = async (input, { method = 'GET', headers, body } = {}) => {
    const url = new URL(String(input))
    const path = url.pathname + url.search
    sent.push({
      method,
      path,
      version: new Headers(headers).get('a2a-version'),
      body: body ? JSON.parse(String(body)) : null,
    })
    const { id } = transport === 'JSONRPC' ? JSON.parse(String(body)) : {}
    return Response.json(transport === 'JSONRPC' ? { jsonrpc: '2.0', id, result: answer } : answer)
  }
  const client = A2aClient.atEndpoint('https://agent.example/a2a/', { version, transport, tenant, fetch })
  return { client, sent }
}

const v10Task = { id: 't/1', contextId: 'c1', status: { state: 'TASK_STATE_WORKING' } }
const protoTask = { id: 't/1', contextId: 'c1', status: { state: 'TASK_STATE_CANCELLED', update: undefined } }

const places: [
  what: string,
  version: ProtocolVersion,
  base: string,
  answer: object,
  subscribe: string,
  wire: string | null,
][] = [
  ['v1.0', '1.0', '/a2a', { ...v10Task, task: v10Task }, 'POST', '1.0'],
  ['v0.3', '0.3', '/a2a/v1', { ...protoTask, task: protoTask }, 'GET', null],
]

for (const [what, version, base, answer, subscribe, named] of places)
  describe(`${what} over HTTP+JSON`, () => {
    test('has its paths, its verbs, and says its version', async () => {
      const { client, sent } = speaking(version, 'HTTP+JSON', answer)
      await client.getTask('t/1', { historyLength: 2 })
      await client.cancelTask('t/1')
      await assert.rejects(client.listTasks({ pageSize: 5, contextId: 'a b' }), RemoteError)
      for await (const _ of client.resubscribe('t/1')) break
      assert.deepEqual(
        sent.map(({ method, path, version }) => [method, path, version]),
        [
          ['GET', `${base}/tasks/t%2F1?historyLength=2`, named],
          ['POST', `${base}/tasks/t%2F1:cancel`, named],
          ['GET', `${base}/tasks?pageSize=5&contextId=a+b`, named],
          [subscribe, `${base}/tasks/t%2F1:subscribe`, named],
        ],
      )
    })
  })

test('v0.3 over HTTP+JSON does not say /v1 twice', async () => {
  const { client, sent } = speaking('0.3', 'HTTP+JSON', protoTask)
  const other = A2aClient.atEndpoint('https://agent.example/api/v1', { ...client.endpoint, transport: 'HTTP+JSON' })
  await other.getTask('t1')
  assert.equal(sent[0]?.path, '/api/v1/tasks/t1')
})

test('the tenant of an interface is in the path of every request, or in its params', async () => {
  const rest = speaking('1.0', 'HTTP+JSON', v10Task, 'blue team')
  await rest.client.getTask('t1')
  await rest.client.cancelTask('t1')
  assert.deepEqual(
    rest.sent.map(({ path, body }) => [path, body]),
    [
      ['/a2a/blue%20team/tasks/t1', null],
      ['/a2a/blue%20team/tasks/t1:cancel', { tenant: 'blue team' }],
    ],
  )
  const rpc = speaking('1.0', 'JSONRPC', v10Task, 'blue team')
  await rpc.client.getTask('t1')
  assert.deepEqual(rpc.sent[0]?.body.params, { tenant: 'blue team', id: 't1' })
})

const parts = [
  { kind: 'text' as const, text: 'see', metadata: { a: 1 } },
  { kind: 'file' as const, file: { bytes: 'AAEC', mimeType: 'image/png', name: 'a.png' } },
  { kind: 'file' as const, file: { uri: 'https://a.example/b' } },
  { kind: 'data' as const, data: { x: [1] } },
]
const message = { ...textMessage('', { taskId: 't1', contextId: 'c1' }), messageId: 'm1', parts }

test('a message of v1.0 has the shapes of v1.0, and blocking is the other way round', async () => {
  for (const transport of ['JSONRPC', 'HTTP+JSON'] as const) {
    const { client, sent } = speaking('1.0', transport, { task: v10Task })
    await client.send({ message, configuration: { blocking: false, historyLength: 1 }, metadata: { m: 1 } })
    const [{ path, body } = { path: '', body: null }] = sent
    assert.equal(path, transport === 'JSONRPC' ? '/a2a/' : '/a2a/message:send')
    assert.deepEqual(transport === 'JSONRPC' ? body.params : body, {
      message: {
        ...{ role: 'ROLE_USER', messageId: 'm1', taskId: 't1', contextId: 'c1' },
        parts: [
          { text: 'see', metadata: { a: 1 } },
          { raw: 'AAEC', mediaType: 'image/png', filename: 'a.png' },
          { url: 'https://a.example/b' },
          { data: { x: [1] } },
        ],
      },
      configuration: { historyLength: 1, returnImmediately: true },
      metadata: { m: 1 },
    })
  }
})

test('a message of v0.3 over HTTP+JSON is that of its proto', async () => {
  const { client, sent } = speaking('0.3', 'HTTP+JSON', { task: protoTask })
  await client.send({ message, configuration: { blocking: true } })
  assert.equal(sent[0]?.path, '/a2a/v1/message:send')
  assert.deepEqual(sent[0]?.body, {
    message: {
      ...{ messageId: 'm1', contextId: 'c1', taskId: 't1', role: 'ROLE_USER' },
      content: [
        { text: 'see' },
        { file: { fileWithBytes: 'AAEC', mimeType: 'image/png' } },
        { file: { fileWithUri: 'https://a.example/b' } },
        { data: { data: { x: [1] } } },
      ],
    },
    configuration: { blocking: true },
  })
})

test('a task of v1.0 is read into the form of v0.3, with what v1.0 writes for nothing', async () => {
  const answer = {
    ...{ id: 't1', contextId: 'c1', metadata: null, history: [] },
    status: { state: 'TASK_STATE_UNSPECIFIED', message: null, timestamp: '' },
    artifacts: [
      {
        ...{ artifactId: 'a1', name: '', description: 'd' },
        parts: [
          { text: '' },
          { raw: 'AA==', mediaType: 'text/plain', filename: '' },
          { url: 'https://a.example', metadata: {} },
          { data: [1, null] },
          { data: null },
        ],
      },
    ],
  }
  const { client } = speaking('1.0', 'JSONRPC', answer)
  assert.deepEqual(await client.getTask('t1'), {
    ...{ kind: 'task', id: 't1', contextId: 'c1', status: { state: 'unknown' }, history: [] },
    artifacts: [
      {
        ...{ artifactId: 'a1', description: 'd' },
        parts: [
          { kind: 'text', text: '' },
          { kind: 'file', file: { bytes: 'AA==', mimeType: 'text/plain' } },
          { kind: 'file', file: { uri: 'https://a.example' }, metadata: {} },
          { kind: 'data', data: { value: [1, null] } },
          { kind: 'data', data: { value: null } },
        ],
      },
    ],
  })
})

test('a task of v0.3 over HTTP+JSON is read from its proto', async () => {
  const answer = {
    ...{ id: 't1', context_id: 'c1' },
    status: {
      ...{ state: 'TASK_STATE_CANCELLED', timestamp: '2026-01-02T03:04:05Z' },
      message: { messageId: 'm1', role: 'ROLE_AGENT', content: [{ text: 'over' }] },
    },
    artifacts: [
      {
        artifactId: 'a1',
        parts: [{ file: { fileWithBytes: 'AA==', mimeType: 'image/png' } }, { data: { data: { x: 1 } } }],
      },
    ],
    history: [{ messageId: 'm0', role: 'ROLE_USER', content: [{ text: 'go' }] }],
  }
  const { client } = speaking('0.3', 'HTTP+JSON', answer)
  assert.deepEqual(await client.getTask('t1'), {
    ...{ kind: 'task', id: 't1', contextId: 'c1' },
    status: {
      ...{ state: 'canceled', timestamp: '2026-01-02T03:04:05Z' },
      message: { kind: 'message', messageId: 'm1', role: 'agent', parts: [{ kind: 'text', text: 'over' }] },
    },
    artifacts: [
      {
        artifactId: 'a1',
        parts: [
          { kind: 'file', file: { bytes: 'AA==', mimeType: 'image/png' } },
          { kind: 'data', data: { x: 1 } },
        ],
      },
    ],
    history: [{ kind: 'message', messageId: 'm0', role: 'user', parts: [{ kind: 'text', text: 'go' }] }],
  })
})

const broken: [version: ProtocolVersion, transport: TransportName, answer: object][] = [
  ['1.0', 'JSONRPC', { id: 't1', status: { state: 'working' } }],
  ['1.0', 'HTTP+JSON', { ...v10Task, artifacts: [{ artifactId: 'a', parts: [{ text: 'x', url: 'y' }] }] }],
  ['0.3', 'JSONRPC', { ...v10Task, kind: 'task' }],
  ['0.3', 'HTTP+JSON', { id: 't1', status: { state: 'TASK_STATE_DANCING' } }],
  ['0.3', 'HTTP+JSON', { status: { state: 'TASK_STATE_WORKING' } }],
]

for (const [version, transport, answer] of broken)
  test(`an answer that A2A ${version} over ${transport} does not know is an error: ${JSON.stringify(answer)}`, async () => {
    const { client } = speaking(version, transport, answer)
    await assert.rejects(client.cancelTask('t1'), error => error instanceof RemoteError && error.code === -32006)
  })
