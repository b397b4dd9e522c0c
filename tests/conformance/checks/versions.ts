import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { methods } from '@codetether/server/a2a/methods'
import { call, errorOf, messageV03, messageV10, resultOf } from '../calls.ts'
import { check } from '../requirement.ts'

const page = new URL('../../../docs/a2a.md', import.meta.url)

/** What A2A v0.3 calls its methods, and of these what every agent has. */
const core = ['message/send', 'tasks/get', 'tasks/cancel']
const specified = [
  ...core,
  ...['message/stream', 'tasks/resubscribe', 'agent/getAuthenticatedExtendedCard'],
  ...['set', 'get', 'list', 'delete'].map(verb => `tasks/pushNotificationConfig/${verb}`),
]

export const versions = {
  emptyIsOlder: check('without a version, or with an empty one, the methods of v0.3 answer as v0.3', async subject => {
    for (const headers of [{}, { 'a2a-version': '' }]) {
      const task = await resultOf(subject.open, 'message/send', messageV03('hello'), headers)
      assert.deepEqual([task.kind, task.status.state], ['task', 'completed'])
    }
  }),

  asRequested: check('a call is served with the meaning of the version that it names', async ({ open }) => {
    const newer = await resultOf(open, 'SendMessage', messageV10('hello'), { 'a2a-version': '1.0' })
    assert.equal(newer.task.status.state, 'TASK_STATE_COMPLETED')
    const older = await resultOf(open, 'message/send', messageV03('hello'), { 'a2a-version': '0.3' })
    assert.equal(older.status.state, 'completed')
    await errorOf(-32601, open, 'message/send', messageV03('hello'), { 'a2a-version': '1.0' })
    await errorOf(-32601, open, 'SendMessage', messageV10('hello'), { 'a2a-version': '0.3' })
  }),

  methodNames: check('the methods of v0.3 are named category/action', async () => {
    for (const name of methods['0.3'].keys()) assert.match(name, /^[a-z]+(?:\/[a-zA-Z]+)+$/)
  }),

  coreMethods: check('every core method of v0.3 is there', async ({ open }) => {
    for (const method of core) assert.notEqual((await call(open, method, {})).body.error.code, -32601, method)
    const { id } = await resultOf(open, 'message/send', messageV03('hello'))
    assert.equal((await resultOf(open, 'tasks/get', { id })).id, id)
    await errorOf(-32002, open, 'tasks/cancel', { id })
  }),

  extensionMethods: check('methods beyond v0.3 are documented and take no name of its own', async () => {
    const beyond = [...methods['0.3'].values()].filter(({ isExtension }) => isExtension).map(({ name }) => name)
    assert.deepEqual([...methods['0.3'].keys()].filter(name => !beyond.includes(name)).sort(), specified.toSorted())
    for (const name of beyond) {
      assert.equal(specified.includes(name), false)
      assert.ok(readFileSync(page, 'utf8').includes(`\`${name}\``), name)
    }
  }),
}
