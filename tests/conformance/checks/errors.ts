import assert from 'node:assert/strict'
import { assertRpcError } from '../../doors/support.ts'
import type { Platform } from '../../platform.ts'
import { call, errorOf, messageV10, resultOf, sendV10 } from '../calls.ts'
import { check } from '../requirement.ts'

const missing = '00000000-0000-7000-8000-000000000000'

/** Each error of A2A that this server can answer with: its code, its name, and a call that gets it. */
const refusals = async (
  open: Platform,
): Promise<[code: number, reason: string, ...of: [string, object, object?]][]> => {
  const { id } = await sendV10(open, 'hello')
  const unheard = { ...messageV10('hello'), configuration: { acceptedOutputModes: ['image/png'] } }
  return [
    [-32001, 'TASK_NOT_FOUND', 'GetTask', { id: missing }],
    [-32002, 'TASK_NOT_CANCELABLE', 'CancelTask', { id }],
    [-32004, 'UNSUPPORTED_OPERATION', 'SubscribeToTask', { id }],
    [-32005, 'CONTENT_TYPE_NOT_SUPPORTED', 'SendMessage', unheard],
    [-32007, 'EXTENDED_AGENT_CARD_NOT_CONFIGURED', 'agent/getAuthenticatedExtendedCard', {}],
    [-32009, 'VERSION_NOT_SUPPORTED', 'GetTask', { id }, { 'a2a-version': '9.9' }],
  ]
}

export const errors = {
  codes: check('each error of A2A has the code of its binding', async ({ open }) => {
    for (const [code, , method, params, headers] of await refusals(open))
      await errorOf(code, open, method, params, { ...headers })
  }),

  details: check('an error tells its code, what is wrong, and in its data each object its type', async ({ open }) => {
    for (const [code, reason, method, params, headers] of await refusals(open)) {
      const answer = await call(open, method, params, { ...headers })
      assertRpcError(answer, code, 1)
      const { message, data } = answer.body.error
      assert.ok(message.length > 10, message)
      for (const detail of data) assert.match(detail['@type'], /^type\.googleapis\.com\/google\.rpc\.\w+$/)
      assert.equal(data[0].reason, reason)
    }
    const { data } = await errorOf(-32602, open, 'GetTask', { id: 7 })
    assert.match(data[1]['@type'], /BadRequest$/)
    assert.equal(data[1].fieldViolations[0].field, 'id')
  }),

  noExtendedCard: check('GetExtendedAgentCard is an unsupported operation', async ({ open }) => {
    await errorOf(-32004, open, 'GetExtendedAgentCard', {})
  }),

  version: check('a version that is not served is refused with VersionNotSupported', async ({ open }) => {
    for (const version of ['9.9', '1.1', '2.0', '0.2', '10', 'x']) {
      const { data } = await errorOf(-32009, open, 'SendMessage', messageV10('hello'), { 'a2a-version': version })
      assert.deepEqual(data[0].metadata.supportedVersions, ['0.3', '1.0'])
    }
  }),

  patchVersion: check('the patch number of a version does not count', async ({ open }) => {
    for (const version of ['1.0', '1.0.0', '1.0.7'])
      assert.ok(await resultOf(open, 'SendMessage', messageV10('hello'), { 'a2a-version': version }))
  }),
}
