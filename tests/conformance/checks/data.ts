import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { ListTasksResponse, StreamResponse, Task as TaskV10 } from '@a2a-js/sdk'
import { StreamEvent, Task as TaskV03 } from '@codetether/protocol/v03/wire'
import type { RpcBody } from '../../platform.ts'
import { call, errorOf, framesOf, messageV03, messageV10, resultOf, sendV10 } from '../calls.ts'
import { check, everywhere } from '../requirement.ts'

const parts = [
  { text: 'some text' },
  { raw: Buffer.from('bytes').toString('base64'), filename: 'a.bin', mediaType: 'application/octet-stream' },
  { url: 'https://a.example/file', mediaType: 'text/plain' },
  { data: { some_key: [1, true, null] } },
]

const withPart = (part: unknown) => {
  const { message } = messageV03('hello', 'Echo')
  return { message: { ...message, parts: [part] } }
}

/** What a caller writes into data and metadata is the caller's own. */
const free = new Set(['data', 'metadata'])

/** The names of all fields that A2A names, and all texts in fields of these names. */
function* fieldsOf(value: RpcBody): Generator<[name: string, value: RpcBody]> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) yield [name, inner]
    if (!free.has(name)) yield* fieldsOf(inner)
  }
}

/** A task, its listing and the frames of a stream, in v1.0. */
async function* seen(open: Parameters<typeof sendV10>[0]) {
  yield await sendV10(open, 'hello', { agent: 'Echo', parts })
  yield await resultOf(open, 'ListTasks', { includeArtifacts: true, historyLength: 5 })
  yield* await framesOf(open, 'SendStreamingMessage', messageV10('hello', { agent: 'Teller' }))
}

const roundTrip = (codec: { fromJSON(json: unknown): unknown; toJSON(value: never): unknown }, json: unknown) =>
  assert.deepEqual(codec.toJSON(codec.fromJSON(json) as never), json)

export const data = {
  partKinds: check('a part of v0.3 is text, a file or data, and is refused as anything else', async ({ open }) => {
    const kinds = [
      { kind: 'text', text: 'x' },
      { kind: 'file', file: { bytes: 'AAAA' } },
      { kind: 'file', file: { uri: 'https://a.example/' } },
      { kind: 'data', data: { a: 1 } },
    ]
    for (const part of kinds) {
      const task = await resultOf(open, 'message/send', withPart(part))
      assert.deepEqual(task.history[0].parts, [part])
    }
    for (const part of [{ kind: 'image', image: 'x' }, { kind: 'text' }, { kind: 'file', file: {} }, {}, 'text'])
      await errorOf('INVALID_PARAMS', open, 'message/send', withPart(part))
  }),

  shapesV03: check('tasks, messages, artifacts and events are those of the schema of v0.3', async ({ open }) => {
    const task = await resultOf(open, 'message/send', messageV03('Calculate 25 * 4'))
    assert.deepEqual(TaskV03.parse(task), task)
    for (const frame of await framesOf(open, 'message/stream', messageV03('hello', 'Teller')))
      assert.deepEqual(StreamEvent.parse(frame), frame)
  }),

  shapesV10: everywhere(
    'tasks, listings and frames are what the official SDK reads and writes for v1.0',
    async ({ open }) => {
      roundTrip(TaskV10, await sendV10(open, 'hello', { agent: 'Echo', parts }))
      const { nextPageToken: _, ...listing } = await resultOf(open, 'ListTasks', {
        pageSize: 5,
        includeArtifacts: true,
      })
      roundTrip(ListTasksResponse, { ...listing, nextPageToken: 'x' })
      for (const frame of await framesOf(open, 'SendStreamingMessage', messageV10('hello', { agent: 'Teller' })))
        roundTrip(StreamResponse, frame)
    },
  ),

  camelCase: everywhere('field names are in camelCase', async ({ open }) => {
    for await (const value of seen(open)) for (const [name] of fieldsOf(value)) assert.match(name, /^[a-z][A-Za-z]*$/)
  }),

  enums: everywhere('values of enums are their names in the Protocol Buffers', async ({ open }) => {
    const found: string[] = []
    for await (const value of seen(open))
      for (const [name, text] of fieldsOf(value)) {
        if (name === 'state') assert.match(text, /^TASK_STATE_[A-Z_]+$/)
        if (name === 'role') assert.match(text, /^ROLE_(?:USER|AGENT)$/)
        if (name === 'state' || name === 'role') found.push(name)
      }
    assert.deepEqual([...new Set(found)].sort(), ['role', 'state'])
  }),

  timestamps: everywhere('timestamps are ISO 8601 in UTC with Z', async ({ open }) => {
    let count = 0
    for await (const value of seen(open))
      for (const [name, text] of fieldsOf(value)) {
        if (name !== 'timestamp') continue
        count++
        assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/)
        assert.equal(new Date(text).toISOString(), text)
      }
    assert.ok(count > 3)
  }),

  readsTimestamps: everywhere('timestamps of callers are read as the moments that they name', async ({ open }) => {
    const { contextId, status } = await sendV10(open, 'hello')
    const listed = async (statusTimestampAfter: string): Promise<number> =>
      (await resultOf(open, 'ListTasks', { contextId, statusTimestampAfter })).totalSize
    const at = new Date(status.timestamp)
    assert.equal(await listed(at.toISOString()), 1)
    assert.equal(await listed(new Date(at.getTime() + 1000).toISOString()), 0)
    // The same moment on a clock two hours ahead.
    assert.equal(await listed(new Date(at.getTime() + 7_200_000).toISOString().replace('Z', '+02:00')), 1)
    if (open.door.takesAnyType)
      await errorOf('INVALID_PARAMS', open, 'ListTasks', { statusTimestampAfter: 'yesterday' })
  }),

  requiredFields: everywhere('a message without a required field, or without parts, is refused', async ({ open }) => {
    const { message } = messageV10('hello')
    for (const field of Object.keys(message))
      await errorOf('INVALID_PARAMS', open, 'SendMessage', { message: { ...message, [field]: undefined } })
    await errorOf('INVALID_PARAMS', open, 'SendMessage', { message: { ...message, parts: [] } })
    await errorOf('INVALID_PARAMS', open, 'SendMessage', {})
    // Over HTTP+JSON the id is a part of the path.
    for (const method of ['GetTask', 'CancelTask', 'SubscribeToTask'])
      if (open.door.name !== 'HTTP+JSON') await errorOf('INVALID_PARAMS', open, method, {})
  }),

  validated: everywhere('parameters of a wrong type or size are refused, and nothing is stored', async ({ open }) => {
    const before = await resultOf(open, 'ListTasks')
    const ofWrongType = [
      { role: 7 },
      { parts: [{ text: 7 }] },
      { metadata: [] },
      { contextId: {} },
      { parts: [{ raw: '?' }] },
    ]
    const wrong = [{ role: 'ROLE_AGENT' }, { parts: [{ url: 'no url' }] }, { contextId: 'x'.repeat(257) }]
    for (const more of [...wrong, ...(open.door.takesAnyType ? ofWrongType : [])])
      await errorOf('INVALID_PARAMS', open, 'SendMessage', messageV10('hello', more))
    await errorOf('INVALID_PARAMS', open, 'ListTasks', { pageSize: 101 })
    await errorOf('INVALID_PARAMS', open, 'ListTasks', { pageToken: 'made up' })
    await errorOf('INVALID_PARAMS', open, 'GetTask', { id: 'x', historyLength: -1 })
    assert.equal((await resultOf(open, 'ListTasks')).totalSize, before.totalSize)
  }),

  inert: everywhere('what a caller writes stays text: in SQL, in events and in JSON', async ({ open }) => {
    const text = `'; drop table tasks; -- \n\ndata: {"x":1}\n\nid: 9\r\n${'$'}{7*7} <script>alert(1)</script>`
    const { id, artifacts } = await sendV10(open, text, { agent: 'Echo' })
    assert.ok(artifacts[0].parts[0].text.includes(text))
    assert.equal((await resultOf(open, 'GetTask', { id })).history[0].parts[0].text, text)
    const frames = await framesOf(open, 'SendStreamingMessage', messageV10(text, { agent: 'Echo' }))
    assert.equal(frames[0].task.history[0].parts[0].text, text)
  }),

  neverFetched: everywhere(
    'an address in a message is not fetched, and none that is no URL is taken',
    async ({ open }) => {
      let visits = 0
      const trap = createServer((_request, response) => {
        visits++
        response.end()
      }).listen(0, '127.0.0.1')
      await once(trap, 'listening')
      const address = trap.address()
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/file`
      for (const agent of ['Echo', 'Teller', 'Analysis']) await sendV10(open, 'x', { agent, parts: [{ url }] })
      await resultOf(open, 'message/send', withPart({ kind: 'file', file: { uri: url } }))
      trap.close()
      await once(trap, 'close')
      assert.equal(visits, 0)
      await errorOf('INVALID_PARAMS', open, 'SendMessage', messageV10('x', { parts: [{ url: 'no url' }] }))
    },
  ),

  resultsInArtifacts: everywhere('the answer of an agent is an artifact, not only a message', async ({ open }) => {
    const { artifacts } = await sendV10(open, 'Calculate 25 * 4')
    assert.match(artifacts[0].parts[0].text, /100/)
  }),

  unknownFields: everywhere('fields that nobody here knows are ignored', async ({ open }) => {
    const { message } = messageV10('hello', { agent: 'Echo', fromTheFuture: { deep: [1] } })
    const parts = [{ text: 'hello', fromTheFuture: true }]
    const params = { message: { ...message, parts }, configuration: { fromTheFuture: 1 }, fromTheFuture: 'x' }
    const { task } = await resultOf(open, 'SendMessage', params)
    assert.equal(task.status.state, 'TASK_STATE_COMPLETED')
    assert.doesNotMatch(JSON.stringify(task), /fromTheFuture/)
  }),

  limits: everywhere('messages have limits: of their size, their parts and their depth', async ({ open }) => {
    const raw = Buffer.alloc(4 * 1024 * 1024).toString('base64')
    await errorOf('TOO_LARGE', open, 'SendMessage', messageV10('x', { parts: [{ raw }] }))
    const parts = Array.from({ length: 257 }, () => ({ text: 'x' }))
    await errorOf('INVALID_PARAMS', open, 'SendMessage', messageV10('x', { parts }))
    const deep = JSON.parse(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`)
    const answer = await call(open, 'SendMessage', messageV10('x', { parts: [{ data: deep }] }))
    assert.match(answer.raw, /nested deeper than 64/)
  }),

  files: everywhere('a file comes back byte by byte, by its bytes or by its URL', async ({ open }) => {
    const small = Buffer.from('bytes').toString('base64')
    // Beyond what is kept in the row of the task.
    // JSON carries bytes in base64, which is a third longer.
    const size = open.door.takesAnyType ? 2.9 : 3.9
    const large = Buffer.alloc(size * 1024 * 1024, 'large').toString('base64')
    const named = { filename: 'a.bin', mediaType: 'application/octet-stream' }
    const files = [
      { raw: small, ...named },
      { raw: large, ...named },
      { url: 'https://a.example/file?x=1', ...named },
    ]
    const { id } = await sendV10(open, 'x', { agent: 'Echo', parts: files })
    assert.deepEqual((await resultOf(open, 'GetTask', { id })).history[0].parts, files)
  }),

  mediaTypes: everywhere('an agent is not given parts of a type that it does not read', async ({ open }) => {
    for (const part of [{ data: {} }, { raw: 'AAAA', mediaType: 'image/png' }, { url: 'https://a.example/' }]) {
      const params = messageV10('x', { agent: 'Counter', parts: [{ text: 'x' }, part] })
      const { metadata } = await errorOf('CONTENT_TYPE_NOT_SUPPORTED', open, 'SendMessage', params)
      assert.deepEqual(metadata.supported, ['text/*'])
    }
    const task = await sendV10(open, 'x', { agent: 'Counter', parts: [{ text: 'four', mediaType: 'text/markdown' }] })
    assert.deepEqual(task.artifacts[0].parts, [{ data: { chars: 4 } }])
  }),

  outputModes: everywhere(
    'an agent answers callers that accept what it answers with, and no others',
    async ({ open }) => {
      const asking = (agent: string, ...acceptedOutputModes: string[]) => ({
        ...messageV10('four', { agent }),
        configuration: { acceptedOutputModes },
      })
      for (const modes of [['application/json'], ['text/plain', 'application/*'], []])
        assert.ok(await resultOf(open, 'SendMessage', asking('Counter', ...modes)))
      await errorOf('CONTENT_TYPE_NOT_SUPPORTED', open, 'SendMessage', asking('Counter', 'text/plain'))
      await errorOf('CONTENT_TYPE_NOT_SUPPORTED', open, 'SendMessage', asking('Echo', 'application/json'))
      const { id } = await sendV10(open, 'x', { agent: 'Asker' })
      const answer = {
        ...messageV10('x', { taskId: id }),
        configuration: { acceptedOutputModes: ['application/json'] },
      }
      await errorOf('CONTENT_TYPE_NOT_SUPPORTED', open, 'SendMessage', answer)
    },
  ),
}
