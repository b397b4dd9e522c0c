import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromName, fromProtoPushRequest, toName, toProtoPushConfig } from './proto-push.ts'

const config = { id: 'c-1', url: 'https://a.example/', token: '', authentication: { credentials: 'x' } }
const read = { id: 'c-1', url: 'https://a.example/', authentication: { schemes: [], credentials: 'x' } }

test('a creation is read in each of the shapes that clients send', () => {
  const { id: _, ...unnamed } = config
  for (const body of [
    { name: 'tasks/t-1/pushNotificationConfigs/c-1', pushNotificationConfig: config },
    { name: 'tasks/t-1/pushNotificationConfigs/c-1', push_notification_config: unnamed },
    { parent: 'tasks/t-1', configId: 'c-1', config: { pushNotificationConfig: unnamed } },
    { parent: 'tasks/t-1', config_id: 'c-1', config: { name: 'tasks/t-1', push_notification_config: unnamed } },
    { config },
  ])
    assert.deepEqual(fromProtoPushRequest(body, 't-1'), { taskId: 't-1', pushNotificationConfig: read })
  assert.deepEqual(fromProtoPushRequest({}, 't-1'), { taskId: 't-1' })
  assert.deepEqual(fromProtoPushRequest({ config: 'x' }, 't-1'), { taskId: 't-1', pushNotificationConfig: 'x' })
})

test('a configuration has the name of a resource below its task', () => {
  assert.deepEqual(toProtoPushConfig({ taskId: 't-1', pushNotificationConfig: read }), {
    name: 'tasks/t-1/pushNotificationConfigs/c-1',
    pushNotificationConfig: read,
  })
})

test('names of resources lead back to their ids', () => {
  assert.deepEqual(fromName(toName('t-1')), { taskId: 't-1', configId: undefined })
  assert.deepEqual(fromName(toName('t-1', 'c-1')), { taskId: 't-1', configId: 'c-1' })
  for (const name of ['', 't-1', 'tasks/', 'tasks/a/b', 'tasks/a/pushNotificationConfigs/b/c', 'x/tasks/a'])
    assert.equal(fromName(name), null)
})
