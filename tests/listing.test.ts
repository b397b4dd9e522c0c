import assert from 'node:assert/strict'
import test from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { message, startPlatform } from './platform.ts'

test('a page of large tasks ends early, and the pages together have every task once', async () => {
  await using platform = await startPlatform()
  const contextId = 'large'
  const text = 'x'.repeat(900_000)
  const sent = new Set<string>()
  for (let count = 0; count < 12; count++) {
    const { result } = await platform.rpc('message/send', message(text, { contextId }))
    sent.add(result.id)
  }
  const listed: string[] = []
  let pages = 0
  for (let pageToken = ''; pages === 0 || pageToken !== ''; pages++) {
    const { result } = await platform.rpc('tasks/list', { contextId, pageToken, includeArtifacts: true })
    assert.equal(result.totalSize, 12)
    assert.ok(JSON.stringify(result).length < 2 * limits.pageBytes)
    listed.push(...result.tasks.map((task: { id: string }) => task.id))
    pageToken = result.nextPageToken
  }
  assert.ok(pages > 2, `${pages} pages`)
  assert.deepEqual(new Set(listed), sent)
  assert.equal(listed.length, sent.size)
})

test('a page of small tasks is as long as it should be, in portions and at its end', async () => {
  await using platform = await startPlatform()
  const send = () => platform.rpc('message/send', message('hello'))
  await Promise.all(Array.from({ length: 37 }, send))
  const list = async (params: object) => (await platform.rpc('tasks/list', params)).result
  for (const pageSize of [1, 10, 11, 36, 37]) {
    const { tasks, nextPageToken } = await list({ pageSize })
    assert.equal(tasks.length, pageSize)
    assert.equal(nextPageToken === '', pageSize === 37, `${pageSize}`)
  }
  const { tasks, nextPageToken } = await list({ pageSize: 100 })
  assert.deepEqual([tasks.length, nextPageToken], [37, ''])
})
