import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { defineAgent } from '@codetether/agents/define-agent'
import { type ErrorCode, errorCodes } from '@codetether/protocol/errors'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { assertRpcError } from '../../doors/support.ts'
import { configOf } from '../../platform.ts'
import { call, errorOf, messageV10, resultOf, sendV10, type Target } from '../calls.ts'
import { check, everywhere } from '../requirement.ts'
import { demanded } from '../subject.ts'

const missing = '00000000-0000-7000-8000-000000000000'
const page = new URL('../../../docs/a2a.md', import.meta.url)

/** Each error of A2A that this server can answer with, and a call that gets it. */
const refusals = async (
  open: Target,
): Promise<[code: ErrorCode, method: string, params: object, headers?: Record<string, string>][]> => {
  const { id } = await sendV10(open, 'hello')
  const unheard = { ...messageV10('hello'), configuration: { acceptedOutputModes: ['image/png'] } }
  return [
    ['TASK_NOT_FOUND', 'GetTask', { id: missing }],
    ['TASK_NOT_CANCELABLE', 'CancelTask', { id }],
    ['UNSUPPORTED_OPERATION', 'SubscribeToTask', { id }],
    ['CONTENT_TYPE_NOT_SUPPORTED', 'SendMessage', unheard],
    ['EXTENDED_CARD_NOT_CONFIGURED', 'agent/getAuthenticatedExtendedCard', {}],
    ['EXTENSION_SUPPORT_REQUIRED', 'SendMessage', messageV10('hello', { agent: 'Demander' })],
    ['VERSION_NOT_SUPPORTED', 'GetTask', { id }, { 'a2a-version': '9.9' }],
  ]
}

export const errors = {
  codes: everywhere('each error of A2A has the code of its binding', async ({ open }) => {
    for (const [code, ...of] of await refusals(open)) await errorOf(code, open, ...of)
  }),

  details: everywhere('an error tells what is wrong in words, and for programs by its name', async ({ open }) => {
    for (const [code, ...of] of await refusals(open)) {
      const { message, domain } = await errorOf(code, open, ...of)
      assert.ok(message.length > 10, message)
      assert.equal(domain, 'a2a-protocol.org')
    }
  }),

  fields: everywhere('a refusal of parameters names each of them, and says what it must be', async ({ open }) => {
    const { violations } = await errorOf('INVALID_PARAMS', open, 'ListTasks', { pageSize: 101, historyLength: -1 })
    assert.deepEqual(violations.map(({ field }) => field).sort(), ['historyLength', 'pageSize'])
    for (const { description } of violations) assert.match(description, /\d/)
  }),

  types: check('each object in the data of an error tells its type', async ({ open }) => {
    for (const [code, ...of] of await refusals(open)) {
      const answer = await call(open, ...of)
      assertRpcError(answer, errorCodes[code].rpc, 1)
      for (const detail of answer.body.error.data)
        assert.match(detail['@type'], /^type\.googleapis\.com\/google\.rpc\.\w+$/)
    }
    const { error } = (await call(open, 'GetTask', { id: 7 })).body
    assert.match(error.data[1]['@type'], /BadRequest$/)
    assert.equal(error.data[1].fieldViolations[0].field, 'id')
  }),

  noExtendedCard: everywhere(
    'GetExtendedAgentCard is an unsupported operation without an extended card',
    async ({ open }) => {
      await errorOf('UNSUPPORTED_OPERATION', open, 'GetExtendedAgentCard', {})
    },
  ),

  extensionRequired: everywhere(
    'a message to an agent that requires an extension is refused unless it is activated',
    async ({ open }) => {
      const params = () => messageV10('hello', { agent: 'Demander', extensions: [demanded] })
      for (const headers of [{}, { 'a2a-extensions': 'https://a.example/extensions/demanded/v2' }]) {
        const { metadata } = await errorOf('EXTENSION_SUPPORT_REQUIRED', open, 'SendMessage', params(), headers)
        assert.deepEqual(metadata, { extensions: [demanded] })
      }
      const { task } = await resultOf(open, 'SendMessage', params(), { 'a2a-extensions': demanded })
      assert.equal(task.artifacts[0].parts[0].text, demanded)
    },
  ),

  version: everywhere('a version that is not served is refused with VersionNotSupported', async ({ open }) => {
    for (const version of ['9.9', '1.1', '2.0', '0.2', '10', 'x']) {
      const { metadata } = await errorOf('VERSION_NOT_SUPPORTED', open, 'SendMessage', messageV10('hello'), {
        'a2a-version': version,
      })
      assert.deepEqual(metadata.supportedVersions, ['0.3', '1.0'])
    }
  }),

  patchVersion: everywhere('the patch number of a version does not count', async ({ open }) => {
    for (const version of ['1.0', '1.0.0', '1.0.7'])
      assert.ok(await resultOf(open, 'SendMessage', messageV10('hello'), { 'a2a-version': version }))
  }),

  documented: check('the documentation names every code of JSON-RPC that A2A does not define', async () => {
    const text = readFileSync(page, 'utf8')
    for (const { rpc } of Object.values(errorCodes).filter(({ rpc }) => rpc > -32000))
      assert.ok(text.includes(String(rpc)), String(rpc))
  }),

  logged: check('what fails inside is logged, and not told', async ({ open }) => {
    const lines: string[] = []
    const log = createLogger({ level: 'error', format: 'json', stream: { write: line => lines.push(line) } })
    const failer = defineAgent({
      ...{ name: 'Failer', description: 'Fails.', skills: [] },
      handle: () => Promise.reject(new Error('as the check wants it')),
    })
    await using server = await startServer(configOf(open.database), log, { agents: [failer] })
    const task = await sendV10({ ...open, url: server.url }, 'x', { agent: 'Failer' })
    assert.equal(task.status.state, 'TASK_STATE_FAILED')
    assert.doesNotMatch(JSON.stringify(task), /as the check wants it/)
    assert.match(lines.join(''), /as the check wants it/)
  }),
}
