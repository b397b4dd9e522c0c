import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toProtoMessage, toProtoSendResponse, toProtoStreamResponse, toProtoTask } from './to-proto.ts'
import type * as wire from './wire.ts'
import { TaskState } from './wire.ts'

const ids = { taskId: 't-1', contextId: 'c-1' }
const message: wire.Message = { kind: 'message', messageId: 'm-1', role: 'agent', parts: [{ kind: 'text', text: '' }] }

test('each part becomes one member of the oneof, and what the proto has no field for is left out', () => {
  const file = { mimeType: 'image/png', name: 'a.png' }
  const parts = [
    { kind: 'text' as const, text: 'hello', metadata: { a: 1 } },
    { kind: 'data' as const, data: { a: [1, null] } },
    { kind: 'file' as const, file: { uri: 'https://a.example/', ...file } },
    { kind: 'file' as const, file: { bytes: 'aGk=' } },
  ]
  assert.deepEqual(toProtoMessage({ ...message, parts, ...ids, referenceTaskIds: ['t-0'], extensions: ['e'] }), {
    messageId: 'm-1',
    ...ids,
    role: 'ROLE_AGENT',
    content: [
      { text: 'hello' },
      { data: { data: { a: [1, null] } } },
      { file: { fileWithUri: 'https://a.example/', mimeType: 'image/png' } },
      { file: { fileWithBytes: 'aGk=' } },
    ],
    extensions: ['e'],
  })
})

test('every state has its name in the proto, which spells CANCELLED its own way', () => {
  const states = TaskState.options.map(
    state => toProtoTask({ kind: 'task', id: 't', contextId: 'c', status: { state } }).status.state,
  )
  assert.equal(new Set(states).size, TaskState.options.length)
  assert.ok(states.includes('TASK_STATE_CANCELLED'))
  assert.ok(states.includes('TASK_STATE_UNSPECIFIED'))
})

test('what is empty or false is left out of tasks and frames, and an empty text is not', () => {
  const status: wire.TaskStatus = { state: 'working', message, timestamp: '2026-01-01T00:00:00.000Z' }
  const proto = {
    ...status,
    state: 'TASK_STATE_WORKING',
    message: { messageId: 'm-1', role: 'ROLE_AGENT', content: [{ text: '' }] },
  }
  const task: wire.Task = { kind: 'task', id: 't-1', contextId: 'c-1', status, history: [], artifacts: [] }
  assert.deepEqual(toProtoSendResponse(task), {
    task: { id: 't-1', contextId: 'c-1', status: proto },
  })
  assert.deepEqual(toProtoSendResponse({ ...message, parts: [] }), {
    message: { messageId: 'm-1', role: 'ROLE_AGENT', content: [] },
  })
  assert.deepEqual(toProtoStreamResponse({ kind: 'status-update', ...ids, status, final: false }), {
    statusUpdate: { ...ids, status: proto },
  })
  assert.deepEqual(toProtoStreamResponse({ kind: 'status-update', ...ids, status, final: true, metadata: { a: 1 } }), {
    statusUpdate: { ...ids, status: proto, final: true, metadata: { a: 1 } },
  })
  const artifact = { artifactId: 'a-1', name: 'answer', description: '', parts: [] }
  const update = { kind: 'artifact-update', ...ids, artifact, append: false, lastChunk: true } as const
  assert.deepEqual(toProtoStreamResponse({ ...update, artifact }), {
    artifactUpdate: { ...ids, artifact: { artifactId: 'a-1', name: 'answer', parts: [] }, lastChunk: true },
  })
})
