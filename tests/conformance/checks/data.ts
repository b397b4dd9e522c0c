import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { ListTasksResponse, StreamResponse, Task as TaskV10 } from '@a2a-js/sdk'
import { StreamEvent, Task as TaskV03 } from '@codetether/protocol/v03/wire'
import type { RpcBody } from '../../platform.ts'
import { errorOf, framesOf, messageV03, messageV10, resultOf, sendV10 } from '../calls.ts'
import { check } from '../requirement.ts'

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
      await errorOf(-32602, open, 'message/send', withPart(part))
  }),

  shapesV03: check('tasks, messages, artifacts and events are those of the schema of v0.3', async ({ open }) => {
    const task = await resultOf(open, 'message/send', messageV03('Calculate 25 * 4'))
    assert.deepEqual(TaskV03.parse(task), task)
    for (const frame of await framesOf(open, 'message/stream', messageV03('hello', 'Teller')))
      assert.deepEqual(StreamEvent.parse(frame), frame)
  }),

  shapesV10: check(
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

  camelCase: check('field names are in camelCase', async ({ open }) => {
    for await (const value of seen(open)) for (const [name] of fieldsOf(value)) assert.match(name, /^[a-z][A-Za-z]*$/)
  }),

  enums: check('values of enums are their names in the Protocol Buffers', async ({ open }) => {
    const found: string[] = []
    for await (const value of seen(open))
      for (const [name, text] of fieldsOf(value)) {
        if (name === 'state') assert.match(text, /^TASK_STATE_[A-Z_]+$/)
        if (name === 'role') assert.match(text, /^ROLE_(?:USER|AGENT)$/)
        if (name === 'state' || name === 'role') found.push(name)
      }
    assert.deepEqual([...new Set(found)].sort(), ['role', 'state'])
  }),

  timestamps: check('timestamps are ISO 8601 in UTC with Z', async ({ open }) => {
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

  readsTimestamps: check('timestamps of callers are read as the moments that they name', async ({ open }) => {
    const { contextId, status } = await sendV10(open, 'hello')
    const listed = async (statusTimestampAfter: string): Promise<number> =>
      (await resultOf(open, 'ListTasks', { contextId, statusTimestampAfter })).totalSize
    const at = new Date(status.timestamp)
    assert.equal(await listed(at.toISOString()), 1)
    assert.equal(await listed(new Date(at.getTime() + 1000).toISOString()), 0)
    // The same moment on a clock two hours ahead.
    assert.equal(await listed(new Date(at.getTime() + 7_200_000).toISOString().replace('Z', '+02:00')), 1)
    await errorOf(-32602, open, 'ListTasks', { statusTimestampAfter: 'yesterday' })
  }),

  requiredFields: check('a message without a required field, or without parts, is refused', async ({ open }) => {
    const { message } = messageV10('hello')
    for (const field of Object.keys(message))
      await errorOf(-32602, open, 'SendMessage', { message: { ...message, [field]: undefined } })
    await errorOf(-32602, open, 'SendMessage', { message: { ...message, parts: [] } })
    await errorOf(-32602, open, 'SendMessage', {})
    for (const method of ['GetTask', 'CancelTask', 'SubscribeToTask']) await errorOf(-32602, open, method, {})
  }),

  validated: check('parameters of a wrong type or size are refused, and nothing is stored', async ({ open }) => {
    const before = await resultOf(open, 'ListTasks')
    const wrong = [{ role: 'ROLE_AGENT' }, { role: 7 }, { parts: [{ text: 7 }] }, { metadata: [] }, { contextId: {} }]
    for (const more of [...wrong, { parts: [{ text: 'a', url: 'https://a.example' }] }, { parts: [{ raw: '?' }] }])
      await errorOf(-32602, open, 'SendMessage', messageV10('hello', more))
    await errorOf(-32602, open, 'ListTasks', { pageSize: 101 })
    await errorOf(-32602, open, 'ListTasks', { pageToken: 'made up' })
    await errorOf(-32602, open, 'GetTask', { id: 'x', historyLength: -1 })
    assert.equal((await resultOf(open, 'ListTasks')).totalSize, before.totalSize)
  }),

  inert: check('what a caller writes stays text: in SQL, in events and in JSON', async ({ open }) => {
    const text = `'; drop table tasks; -- \n\ndata: {"x":1}\n\nid: 9\r\n${'$'}{7*7} <script>alert(1)</script>`
    const { id, artifacts } = await sendV10(open, text, { agent: 'Echo' })
    assert.ok(artifacts[0].parts[0].text.includes(text))
    assert.equal((await resultOf(open, 'GetTask', { id })).history[0].parts[0].text, text)
    const frames = await framesOf(open, 'SendStreamingMessage', messageV10(text, { agent: 'Echo' }))
    assert.equal(frames[0].task.history[0].parts[0].text, text)
  }),

  neverFetched: check('an address in a message is not fetched, and none that is no URL is taken', async ({ open }) => {
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
    await errorOf(-32602, open, 'SendMessage', messageV10('x', { parts: [{ url: 'no url' }] }))
  }),

  resultsInArtifacts: check('the answer of an agent is an artifact, not only a message', async ({ open }) => {
    const { artifacts } = await sendV10(open, 'Calculate 25 * 4')
    assert.match(artifacts[0].parts[0].text, /100/)
  }),
}
