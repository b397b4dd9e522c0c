import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SendMessageRequest } from '@a2a-js/sdk'
import { LegacyJsonRpcTransport, LegacyRestTransport } from '@a2a-js/sdk/compat/v0_3/client'
import type { JsonObject } from '@codetether/protocol/json'
import type { AgentCard } from '@codetether/protocol/v03/agent-card'
import { fromProtoSendRequest } from '@codetether/protocol/v03/from-proto'
import { SendParams } from '@codetether/protocol/v03/params'
import { toProtoCard } from '@codetether/protocol/v03/proto-card'
import { toProtoSendResponse, toProtoStreamResponse, toProtoTask } from '@codetether/protocol/v03/to-proto'
import * as wire from '@codetether/protocol/v03/wire'

/**
 * The official client has a transport for each binding of v0.3. It reads our proto-JSON as it reads our JSON-RPC, and what
 * it writes in both is read alike.
 */
const endpoint = 'http://codetether.invalid'
const json = { 'content-type': 'application/json' }
const sse = { 'content-type': 'text/event-stream' }

/** The transport of REST before a server that answers so. */
const overRest = (body: string, headers = json) =>
  new LegacyRestTransport({ endpoint, fetchImpl: async () => new Response(body, { headers }) })

/** The one of JSON-RPC: it expects the id that it has sent. */
const overRpc = (result: unknown, as: (text: string) => string = text => text, headers = json) =>
  new LegacyJsonRpcTransport({
    endpoint,
    fetchImpl: async (_url, init) => {
      const { id } = JSON.parse(String(init?.body))
      return new Response(as(JSON.stringify({ jsonrpc: '2.0', id, result })), { headers })
    },
  })

const asEvent = (text: string) => `data: ${text}\n\n`
const query = { id: 't-1', tenant: '', historyLength: undefined }

const parts: wire.Part[] = [
  { kind: 'text', text: 'some text' },
  { kind: 'data', data: { a: [1, true, null, 'x'] } },
  { kind: 'file', file: { uri: 'https://a.example/file', mimeType: 'text/plain' } },
  { kind: 'file', file: { bytes: 'aGVsbG8=', mimeType: 'image/png' } },
]
const ids = { taskId: 't-1', contextId: 'c-1' }
const message: wire.Message = {
  kind: 'message',
  messageId: 'm-1',
  role: 'agent',
  parts,
  ...ids,
  extensions: ['https://a.example/ext'],
  metadata: { a: { b: 1 } },
}
const timestamp = '2026-01-02T03:04:05.678Z'
const artifact: wire.Artifact = {
  artifactId: 'a-1',
  name: 'answer',
  description: 'the answer',
  parts,
  metadata: { c: 1 },
}
const taskIn = (state: wire.TaskStatus['state']): wire.Task => ({
  kind: 'task',
  id: 't-1',
  contextId: 'c-1',
  status: { state, message, timestamp },
  history: [{ ...message, role: 'user', messageId: 'm-0' }],
  artifacts: [artifact],
  metadata: { agent: 'Echo' },
})

for (const state of wire.TaskState.options)
  test(`a task that is ${state} reads alike in both bindings`, async () => {
    const task = taskIn(state)
    const read = await overRest(JSON.stringify(toProtoTask(task))).getTask(query)
    assert.deepEqual(read, await overRpc(task).getTask(query))
    assert.equal(read.artifacts[0]?.parts.length, parts.length)
  })

const params = SendMessageRequest.fromJSON({
  message: {
    messageId: 'm-1',
    contextId: 'c-1',
    role: 'ROLE_USER',
    parts: [{ text: 'a' }, { data: { b: 1 } }, { url: 'https://a.example/', mediaType: 'text/plain' }, { raw: 'aGk=' }],
    metadata: { agent: 'Echo' },
    extensions: ['https://a.example/ext'],
  },
  configuration: { acceptedOutputModes: ['text/plain'], historyLength: 5 },
  metadata: { skillId: 'echo' },
})

test('the answer to a message reads alike, a task or a message', async () => {
  for (const result of [taskIn('completed'), message]) {
    const rest = overRest(JSON.stringify(toProtoSendResponse(result)))
    assert.deepEqual(await rest.sendMessage(params), await overRpc(result).sendMessage(params))
  }
})

const frames: wire.StreamEvent[] = [
  taskIn('working'),
  message,
  { kind: 'status-update', ...ids, status: { state: 'completed', timestamp }, final: true, metadata: { d: 1 } },
  { kind: 'status-update', ...ids, status: { state: 'working', message, timestamp }, final: false },
  { kind: 'artifact-update', ...ids, artifact, append: false, lastChunk: true },
  { kind: 'artifact-update', ...ids, artifact, append: false, lastChunk: false, metadata: { e: 1 } },
]

for (const frame of frames)
  test(`a frame of the kind ${frame.kind} reads alike`, async () => {
    const rest = overRest(asEvent(JSON.stringify(toProtoStreamResponse(frame))), sse)
    const read = await Array.fromAsync(rest.sendMessageStream(params))
    assert.deepEqual(read, await Array.fromAsync(overRpc(frame, asEvent, sse).sendMessageStream(params)))
    assert.equal(read.length, 1)
  })

test('what the client writes in both bindings is read alike', async () => {
  for (const returnImmediately of [true, false])
    for (const configuration of [undefined, params.configuration && { ...params.configuration, returnImmediately }]) {
      const sent: JsonObject[] = []
      const fetchImpl: typeof fetch = async (_url, init) => {
        sent.push(JSON.parse(String(init?.body)))
        return new Response('', { status: 500 })
      }
      const request = { ...params, configuration }
      await assert.rejects(new LegacyRestTransport({ endpoint, fetchImpl }).sendMessage(request))
      await assert.rejects(new LegacyJsonRpcTransport({ endpoint, fetchImpl }).sendMessage(request))
      const [rest = {}, rpc = {}] = sent
      assert.deepEqual(SendParams.parse(fromProtoSendRequest(rest)), SendParams.parse(rpc.params))
    }
})

const card: AgentCard = {
  protocolVersion: '0.3.0',
  name: 'CodeTether',
  description: 'Tasks that last.',
  url: 'https://a.example/',
  preferredTransport: 'JSONRPC',
  additionalInterfaces: [{ url: 'https://a.example/', transport: 'JSONRPC' }],
  provider: { organization: 'A', url: 'https://a.example' },
  version: '1.2.3',
  capabilities: { streaming: true, pushNotifications: false, extensions: [{ uri: 'https://a.example/ext' }] },
  securitySchemes: {
    token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
    oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://a.example/openid' },
    mtls: { type: 'mutualTLS', description: 'a certificate' },
    oauth: {
      type: 'oauth2',
      flows: { clientCredentials: { tokenUrl: 'https://a.example/token', scopes: { a: 'b' } } },
    },
  },
  security: [{ token: [] }, { oauth: ['a'], key: [] }],
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [{ id: 's', name: 'S', description: 'Does.', tags: ['t'], examples: ['do'], security: [{ token: [] }] }],
  supportsAuthenticatedExtendedCard: true,
}

test('a card reads alike', async () => {
  const rest = await overRest(JSON.stringify(toProtoCard(card))).getExtendedAgentCard({ tenant: '' })
  assert.deepEqual(rest, await overRpc(card).getExtendedAgentCard({ tenant: '' }))
  assert.equal(Object.keys(rest.securitySchemes).length, 5)
})
