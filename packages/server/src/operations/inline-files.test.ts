import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import type { Part } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { sampleSnapshot } from '@codetether/testing/sample-task'
import type { Blob } from '../store/blobs.ts'
import type { Reader } from '../store/store.ts'
import { extractFiles, insertFiles, insertSnapshotFiles } from './inline-files.ts'

const tenantId = '00000000-0000-7000-8000-000000000001'

/** Reads from blobs in memory, and counts how often it was asked. */
const readerOf = (stored: readonly Blob[]) => {
  const asked: unknown[] = []
  const tx: Reader = {
    async query<Row>(_statement: unknown, [tenant, ids]: readonly unknown[]): Promise<Row[]> {
      asked.push(tenant)
      return stored.filter(({ id }) => Array.isArray(ids) && ids.includes(id)) as Row[]
    },
  }
  return { asked, read: <T>(fn: (tx: Reader) => Promise<T>): Promise<T> => fn(tx) }
}

const bytes = (length: number, fill: number): string => Buffer.alloc(length, fill).toString('base64')
const small = bytes(30, 1)
const large = bytes(limits.inlineFileRowChars, 2)
const larger = bytes(limits.inlineFileRowChars + 1, 3)
const named = { filename: 'a.bin', mediaType: 'application/octet-stream', metadata: { page: 1 } }

const message = (parts: Part[]) => ({ messageId: 'm', role: 'agent' as const, parts })
const events: TaskEvent[] = [
  { kind: 'created' },
  { kind: 'attempt', attempt: 1 },
  { kind: 'message', message: message([{ text: 'see' }, { raw: large, ...named }]) },
  { kind: 'status', state: 'working' },
  { kind: 'status', state: 'working', message: message([{ raw: larger }, { raw: small, ...named }]) },
  {
    kind: 'artifact',
    artifact: {
      artifactId: 'a',
      name: 'result',
      parts: [{ data: { a: 1 } }, { raw: large }, { url: 'https://a.example/' }],
    },
    append: true,
    lastChunk: false,
  },
]

test('large files leave their events, and everything else stays', () => {
  const { events: without, blobs } = extractFiles(events)
  assert.deepEqual(
    blobs.map(blob => blob.content.length),
    [limits.inlineFileRowChars, limits.inlineFileRowChars + 1, limits.inlineFileRowChars],
  )
  const [first, second, third] = blobs.map(({ id }) => id)
  assert.deepEqual(without[2], {
    kind: 'message',
    message: message([{ text: 'see' }, { blob: { id: first ?? '', chars: large.length }, ...named }]),
  })
  assert.deepEqual(without[4], {
    kind: 'status',
    state: 'working',
    message: message([{ blob: { id: second ?? '', chars: larger.length } }, { raw: small, ...named }]),
  })
  assert.match(JSON.stringify(without[5]), new RegExp(`"blob":\\{"id":"${third}","chars":${large.length}\\}`))
  assert.deepEqual(without.slice(0, 2), events.slice(0, 2))
  assert.equal(new Set([first, second, third]).size, 3)
})

test('the events that were given are not changed', () => {
  const before = structuredClone(events)
  extractFiles(events)
  assert.deepEqual(events, before)
})

test('files come back as they went out', async () => {
  const { events: without, blobs } = extractFiles(events)
  const { read, asked } = readerOf(blobs)
  assert.deepEqual(await insertFiles(read, tenantId, without), events)
  assert.deepEqual(asked, [tenantId], 'one query for all of them, for the tenant')
})

test('a file at the limit stays in its row', () => {
  const raw = 'A'.repeat(limits.inlineFileRowChars)
  const event: TaskEvent = { kind: 'message', message: message([{ raw }]) }
  assert.deepEqual(extractFiles([event]), { events: [event], blobs: [] })
})

test('a file that no door could carry is refused, in a message and in an artifact', () => {
  const parts = [{ raw: 'A'.repeat(limits.inlineFileChars + 4) }]
  const inMessage: TaskEvent = { kind: 'message', message: message(parts) }
  const inArtifact: TaskEvent = {
    kind: 'artifact',
    artifact: { artifactId: 'a', parts },
    append: false,
    lastChunk: true,
  }
  for (const event of [inMessage, inArtifact]) assert.throws(() => extractFiles([event]), { code: 'TOO_LARGE' })
})

test('events without files are read without a query', async () => {
  const { read, asked } = readerOf([])
  const plain = events.slice(0, 2)
  assert.equal(await insertFiles(read, tenantId, plain), plain)
  assert.deepEqual(asked, [])
})

test('a file whose bytes are gone is empty', async () => {
  const lost: TaskEvent = { kind: 'message', message: message([{ blob: { id: 'gone', chars: 8 }, ...named }]) }
  const [read] = await insertFiles(readerOf([]).read, tenantId, [lost])
  assert.deepEqual(read, { kind: 'message', message: message([{ raw: '', ...named }]) })
})

const snapshotOf = (file: Part) =>
  sampleSnapshot(
    { state: 'completed', statusMessage: message([{ text: 'done' }, file]) },
    {
      messages: [{ seq: 1, message: message([file]) }],
      artifacts: [{ artifactId: 'a', parts: [{ text: 'x' }, file] }],
    },
  )

test('files of snapshots come back in messages, artifacts and the status', async () => {
  const stored = snapshotOf({ blob: { id: 'one', chars: large.length }, ...named })
  const { read, asked } = readerOf([{ id: 'one', content: Buffer.from(large, 'base64') }])
  const plain = sampleSnapshot()
  assert.deepEqual(await insertSnapshotFiles(read, tenantId, [stored, plain]), [
    snapshotOf({ raw: large, ...named }),
    plain,
  ])
  assert.equal(asked.length, 1)
})

test('snapshots without files are read without a query', async () => {
  const { read, asked } = readerOf([])
  const snapshots = [sampleSnapshot()]
  assert.equal(await insertSnapshotFiles(read, tenantId, snapshots), snapshots)
  assert.deepEqual(asked, [])
})
