import assert from 'node:assert/strict'
import { waitUntil } from '@codetether/testing/wait-until'
import type { RpcBody } from '../../platform.ts'
import { over, resultOf, sendV10, startGated, type Target } from '../calls.ts'
import { everywhere } from '../requirement.ts'

/** Three tasks of one context. */
async function threeOf(open: Target): Promise<{ contextId: string; ids: string[] }> {
  const contextId = crypto.randomUUID()
  const ids: string[] = []
  for (let i = 0; i < 3; i++) ids.push((await sendV10(open, 'hello', { contextId })).id)
  return { contextId, ids }
}

const idsOf = ({ tasks }: RpcBody): string[] => tasks.map(({ id }: { id: string }) => id)

export const listing = {
  artifacts: everywhere('a listing leaves artifacts out unless it is asked for them', async ({ open }) => {
    const { contextId } = await threeOf(open)
    for (const includeArtifacts of [undefined, false])
      for (const task of (await resultOf(open, 'ListTasks', { contextId, includeArtifacts })).tasks)
        assert.equal('artifacts' in task, false)
    for (const task of (await resultOf(open, 'ListTasks', { contextId, includeArtifacts: true })).tasks)
      assert.equal(task.artifacts.length, 1)
  }),

  pages: everywhere('a cursor leads through all pages, and the last one has an empty token', async ({ open }) => {
    const { contextId, ids } = await threeOf(open)
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await resultOf(open, 'ListTasks', { contextId, pageSize: 2, pageToken })
      assert.equal(typeof page.nextPageToken, 'string')
      seen.push(...idsOf(page))
      pageToken = page.nextPageToken
      // A task that is new has no place on the pages that are left.
      await sendV10(open, 'later', { contextId })
    } while (pageToken !== '')
    assert.deepEqual(seen, ids.toReversed())
    assert.equal((await resultOf(open, 'ListTasks', { contextId: 'empty' })).nextPageToken, '')
  }),

  order: everywhere('a listing is sorted by the time of the last status, the latest first', async ({ open, gated }) => {
    const text = over(open, 'the first to start, the last to change')
    const first = await startGated(open, text)
    const { contextId } = first
    const second = await sendV10(open, 'hello', { contextId })
    assert.deepEqual(idsOf(await resultOf(open, 'ListTasks', { contextId })), [second.id, first.id])
    gated.open(text)
    const stateOf = async () => (await resultOf(open, 'GetTask', { id: first.id })).status.state
    await waitUntil('the first has ended', async () => (await stateOf()) === 'TASK_STATE_COMPLETED')
    const { tasks } = await resultOf(open, 'ListTasks', { contextId })
    assert.deepEqual(idsOf({ tasks }), [first.id, second.id])
    const times = tasks.map(({ status }: RpcBody) => status.timestamp)
    assert.deepEqual(times, times.toSorted().reverse())
  }),
}
