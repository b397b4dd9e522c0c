import assert from 'node:assert/strict'
import { waitUntil } from '@codetether/testing/wait-until'
import { alice, bob } from '../../doors/support.ts'
import type { Platform, RpcBody } from '../../platform.ts'
import { startReceiver } from '../../push/receiver.ts'
import { errorOf, resultOf, sendV10, startGated } from '../calls.ts'
import { check } from '../requirement.ts'

const url = 'https://8.8.8.8/hook'

const listOf = async (platform: Platform, taskId: string): Promise<RpcBody[]> =>
  (await resultOf(platform, 'ListTaskPushNotificationConfigs', { taskId })).configs

export const push = {
  delivered: check(
    'a webhook is told of each change of its task, with the credentials that its config names',
    async ({ open, gated }) => {
      await using receiver = await startReceiver()
      const authentication = { scheme: 'Bearer', credentials: 'of-the-webhook' }
      const { id: taskId } = await startGated(open, 'told')
      await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, url: `${receiver.url}/`, authentication })
      gated.open('told')
      await waitUntil('the end is told', () => /TASK_STATE_COMPLETED/.test(receiver.received.at(-1)?.raw ?? ''))
      for (const { headers, body } of receiver.received) {
        assert.equal(headers.authorization, 'Bearer of-the-webhook')
        assert.equal((body.statusUpdate ?? body.artifactUpdate).taskId, taskId)
      }
    },
  ),

  persists: check('a config is there until its task has ended', async ({ open, gated }) => {
    await using receiver = await startReceiver()
    const { id: taskId } = await startGated(open, 'persists')
    await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, id: 'mine', url: `${receiver.url}/` })
    assert.deepEqual((await listOf(open, taskId)).length, 1)
    gated.open('persists')
    await waitUntil('the end is told', () => /TASK_STATE_COMPLETED/.test(receiver.received.at(-1)?.raw ?? ''))
  }),

  got: check('a config is shown with its URL and its scheme', async ({ open }) => {
    const { id: taskId } = await sendV10(open, 'hello')
    const authentication = { scheme: 'Bearer', credentials: 'secret' }
    await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, id: 'mine', url, authentication })
    const shown = await resultOf(open, 'GetTaskPushNotificationConfig', { taskId, id: 'mine' })
    assert.deepEqual(shown, { id: 'mine', taskId, url, authentication: { scheme: 'Bearer' } })
  }),

  missing: check('a config that is not there, or of somebody else, is not found', async ({ closed }) => {
    const sent = { message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: 'hello' }] } }
    const { id: taskId } = (await resultOf(closed, 'SendMessage', sent, alice)).task
    await resultOf(closed, 'CreateTaskPushNotificationConfig', { taskId, id: 'mine', url }, alice)
    await errorOf(-32001, closed, 'GetTaskPushNotificationConfig', { taskId, id: 'other' }, alice)
    await errorOf(-32001, closed, 'GetTaskPushNotificationConfig', { taskId, id: 'mine' }, bob)
  }),

  listed: check('all configs of a task are listed', async ({ open }) => {
    const { id: taskId } = await sendV10(open, 'hello')
    const ids = ['a', 'b', 'c']
    for (const id of ids) await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, id, url })
    assert.deepEqual(
      (await listOf(open, taskId)).map(({ id }) => id),
      ids,
    )
  }),

  deleted: check('a config that is deleted is gone, however often it is deleted', async ({ open }) => {
    const { id: taskId } = await sendV10(open, 'hello')
    await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, id: 'mine', url })
    for (const _ of [1, 2]) await resultOf(open, 'DeleteTaskPushNotificationConfig', { taskId, id: 'mine' })
    await errorOf(-32001, open, 'GetTaskPushNotificationConfig', { taskId, id: 'mine' })
    assert.deepEqual(await listOf(open, taskId), [])
  }),
}
