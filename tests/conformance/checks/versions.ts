import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resumeUri } from '@codetether/protocol/resume-extension'
import { methods } from '@codetether/server/a2a/methods'
import { call, errorOf, messageV03, messageV10, resultOf } from '../calls.ts'
import { check, everywhere } from '../requirement.ts'

const page = new URL('../../../docs/a2a.md', import.meta.url)

/** What A2A v0.3 calls its methods, and of these what every agent has. */
const core = ['message/send', 'tasks/get', 'tasks/cancel']
const specified = [
  ...core,
  ...['message/stream', 'tasks/resubscribe', 'agent/getAuthenticatedExtendedCard'],
  ...['set', 'get', 'list', 'delete'].map(verb => `tasks/pushNotificationConfig/${verb}`),
]

const counting = 'https://a.example/extensions/counting/v1'

export const versions = {
  extensions: everywhere(
    'of the extensions in one header those that are known take effect, and the answer names them',
    async ({ open }) => {
      const activatedBy = async (uris: string[], agent: string): Promise<string | null> => {
        const headers = { 'a2a-extensions': uris.join(', ') }
        return (await call(open, 'SendMessage', messageV10('hello', { agent }), headers)).headers.get('a2a-extensions')
      }
      const unknown = 'https://a.example/extensions/unknown/v1'
      assert.equal(await activatedBy([unknown, resumeUri], 'Echo'), resumeUri)
      assert.equal(await activatedBy([unknown, counting], 'Echo'), null)
      assert.equal(await activatedBy([counting, unknown, resumeUri], 'Counter'), `${resumeUri}, ${counting}`)
      assert.equal(await activatedBy([unknown], 'Counter'), null)
    },
  ),

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
    await errorOf('METHOD_NOT_FOUND', open, 'message/send', messageV03('hello'), { 'a2a-version': '1.0' })
    await errorOf('METHOD_NOT_FOUND', open, 'SendMessage', messageV10('hello'), { 'a2a-version': '0.3' })
  }),

  methodNames: check('the methods of v0.3 are named category/action', async () => {
    for (const name of methods['0.3'].keys()) assert.match(name, /^[a-z]+(?:\/[a-zA-Z]+)+$/)
  }),

  coreMethods: check('every core method of v0.3 is there', async ({ open }) => {
    for (const method of core) assert.notEqual((await call(open, method, {})).body.error.code, -32601, method)
    const { id } = await resultOf(open, 'message/send', messageV03('hello'))
    assert.equal((await resultOf(open, 'tasks/get', { id })).id, id)
    await errorOf('TASK_NOT_CANCELABLE', open, 'tasks/cancel', { id })
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
