import assert from 'node:assert/strict'
import { loadConfig } from '@codetether/server/config/load-config'
import { withConnection } from '@codetether/server/db/connect'
import { waitUntil } from '@codetether/testing/wait-until'
import { alice, bob, twoTokens } from '../../doors/support.ts'
import type { RpcBody } from '../../platform.ts'
import { startReceiver } from '../../push/receiver.ts'
import { errorOf, over, resultOf, sendV10, startGated, type Target } from '../calls.ts'
import { check, everywhere } from '../requirement.ts'

const url = 'https://8.8.8.8/hook'

const listOf = async (platform: Target, taskId: string): Promise<RpcBody[]> =>
  (await resultOf(platform, 'ListTaskPushNotificationConfigs', { taskId })).configs

export const push = {
  delivered: everywhere(
    'a webhook is told of each change of its task, with the credentials that its config names',
    async ({ open, gated }) => {
      await using receiver = await startReceiver()
      const authentication = { scheme: 'Bearer', credentials: 'of-the-webhook' }
      const { id: taskId } = await startGated(open, over(open, 'told'))
      await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, url: `${receiver.url}/`, authentication })
      gated.open(over(open, 'told'))
      await waitUntil('the end is told', () => /TASK_STATE_COMPLETED/.test(receiver.received.at(-1)?.raw ?? ''))
      for (const { headers, body } of receiver.received) {
        assert.equal(headers.authorization, 'Bearer of-the-webhook')
        assert.equal((body.statusUpdate ?? body.artifactUpdate).taskId, taskId)
      }
    },
  ),

  persists: everywhere('a config is there until its task has ended', async ({ open, gated }) => {
    await using receiver = await startReceiver()
    const { id: taskId } = await startGated(open, over(open, 'persists'))
    await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, id: 'mine', url: `${receiver.url}/` })
    assert.deepEqual((await listOf(open, taskId)).length, 1)
    gated.open(over(open, 'persists'))
    await waitUntil('the end is told', () => /TASK_STATE_COMPLETED/.test(receiver.received.at(-1)?.raw ?? ''))
  }),

  got: everywhere('a config is shown with its URL and its scheme', async ({ open }) => {
    const { id: taskId } = await sendV10(open, 'hello')
    const authentication = { scheme: 'Bearer', credentials: 'secret' }
    await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, id: 'mine', url, authentication })
    const shown = await resultOf(open, 'GetTaskPushNotificationConfig', { taskId, id: 'mine' })
    assert.deepEqual(shown, { id: 'mine', taskId, url, authentication: { scheme: 'Bearer' } })
  }),

  missing: everywhere('a config that is not there, or of somebody else, is not found', async ({ closed }) => {
    const sent = { message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: 'hello' }] } }
    const { id: taskId } = (await resultOf(closed, 'SendMessage', sent, alice)).task
    await resultOf(closed, 'CreateTaskPushNotificationConfig', { taskId, id: 'mine', url }, alice)
    await errorOf('TASK_NOT_FOUND', closed, 'GetTaskPushNotificationConfig', { taskId, id: 'other' }, alice)
    await errorOf('TASK_NOT_FOUND', closed, 'GetTaskPushNotificationConfig', { taskId, id: 'mine' }, bob)
  }),

  listed: everywhere('all configs of a task are listed', async ({ open }) => {
    const { id: taskId } = await sendV10(open, 'hello')
    const ids = ['a', 'b', 'c']
    for (const id of ids) await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, id, url })
    assert.deepEqual(
      (await listOf(open, taskId)).map(({ id }) => id),
      ids,
    )
  }),

  deleted: everywhere('a config that is deleted is gone, however often it is deleted', async ({ open }) => {
    const { id: taskId } = await sendV10(open, 'hello')
    await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, id: 'mine', url })
    for (const _ of [1, 2]) await resultOf(open, 'DeleteTaskPushNotificationConfig', { taskId, id: 'mine' })
    await errorOf('TASK_NOT_FOUND', open, 'GetTaskPushNotificationConfig', { taskId, id: 'mine' })
    assert.deepEqual(await listOf(open, taskId), [])
  }),

  guarded: everywhere('a webhook that leads into a private network, or not by https, is refused', async ({ open }) => {
    const { id: taskId } = await sendV10(open, 'hello')
    for (const inner of [
      'https://10.0.0.1/',
      'https://[::1]/',
      'https://localhost/',
      'http://8.8.8.8/',
      'ftp://8.8.8.8/',
    ])
      await errorOf('WEBHOOK_URL_FORBIDDEN', open, 'CreateTaskPushNotificationConfig', { taskId, url: inner })
  }),

  retried: check('a notification that fails is sent again, as the same one', async ({ open }) => {
    let failures = 0
    await using receiver = await startReceiver(response => response.writeHead(failures++ < 2 ? 500 : 204).end())
    const taskPushNotificationConfig = { url: `${receiver.url}/` }
    await sendV10(open, 'hello', { agent: 'Teller' }, { taskPushNotificationConfig })
    const [first, second, third] = await receiver.at('/', 3)
    assert.deepEqual([second?.body, third?.body], [first?.body, first?.body])
    assert.equal(third?.headers['webhook-id'], first?.headers['webhook-id'])
  }),

  patient: check(
    'a webhook has 10 to 30 seconds to answer, and is tried again after longer and longer times',
    async () => {
      const { push } = loadConfig({ A2A_AUTH_TOKENS: twoTokens }).config
      assert.ok(push.timeoutMs >= 10_000 && push.timeoutMs <= 30_000)
      assert.deepEqual(
        push.retrySeconds,
        push.retrySeconds.toSorted((one, other) => one - other),
      )
    },
  ),

  sealed: check('the credentials of a webhook are stored encrypted', async ({ open }) => {
    const { id: taskId } = await sendV10(open, 'hello')
    const authentication = { scheme: 'Bearer', credentials: 'kept-from-everybody' }
    await resultOf(open, 'CreateTaskPushNotificationConfig', { taskId, url, token: 'kept-too', authentication })
    const { rows } = await withConnection(open.database.admin, client =>
      client.query<{ row: string; sealed: Buffer }>(
        'select c::text as row, sealed from push_configs c where task_id = $1',
        [taskId],
      ),
    )
    assert.equal(rows.length, 1)
    for (const { row, sealed } of rows)
      for (const secret of [authentication.credentials, 'kept-too']) {
        assert.equal(row.includes(secret), false)
        assert.equal(sealed.includes(secret), false)
      }
  }),
}
