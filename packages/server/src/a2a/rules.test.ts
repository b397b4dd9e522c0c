import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { SendParams } from '@codetether/protocol/v03/params'
import { checkReply, negotiateVersion } from './rules.ts'
import { toStartRequest } from './v03/start-request.ts'

const refusalOf = (check: () => unknown): PlatformError | null => {
  try {
    check()
    return null
  } catch (error) {
    if (error instanceof PlatformError) return error
    throw error
  }
}

const spoken: [given: string | undefined, method: string, version: string][] = [
  [undefined, 'message/send', '0.3'],
  ['', 'message/send', '0.3'],
  [undefined, 'SendMessage', '1.0'],
  ['', 'GetTask', '1.0'],
  ['0.3', 'message/send', '0.3'],
  ['0.3.0', 'SendMessage', '0.3'],
  ['0.3.17', '', '0.3'],
  ['1.0', 'SendMessage', '1.0'],
  ['1.0.1', 'message/send', '1.0'],
]

for (const [given, method, version] of spoken)
  test(`version ${JSON.stringify(given) ?? 'absent'} with the method ${JSON.stringify(method)} is ${version}`, () => {
    assert.equal(negotiateVersion(given, method), version)
  })

for (const version of [
  '9.9',
  '0.2',
  '0.2.5',
  '0.30',
  '0',
  '0.3-beta',
  '03',
  '1',
  '1.1',
  '1.00',
  '2.0',
  'latest',
  'null',
])
  test(`version ${version} is refused, with those that are spoken`, () => {
    const refusal = refusalOf(() => negotiateVersion(version, 'SendMessage'))
    assert.equal(refusal?.code, 'VERSION_NOT_SUPPORTED')
    assert.equal(refusal?.rpcCode, -32009)
    assert.deepEqual(refusal?.details.metadata, { supportedVersions: ['0.3', '1.0'] })
  })

const message = { kind: 'message', role: 'user', messageId: 'm', parts: [{ kind: 'text', text: 'hello' }] }
const judge = (configuration: object | undefined) =>
  refusalOf(() => checkReply(toStartRequest(SendParams.parse({ message, configuration }))))?.code ?? null

const modes: [accepted: string[] | undefined, code: string | null][] = [
  [undefined, null],
  [[], null],
  [['text/plain'], null],
  [['text'], null],
  [['text/*'], null],
  [['*/*'], null],
  [['*'], null],
  [['TEXT/Plain'], null],
  [['text/plain; charset=utf-8'], null],
  [['text/plain ;q=0.5'], null],
  [[' text/plain'], null],
  [['image/png', 'text/plain'], null],
  [['image/png'], 'CONTENT_TYPE_NOT_SUPPORTED'],
  [['application/json', 'text/html'], 'CONTENT_TYPE_NOT_SUPPORTED'],
  [['text/plainer'], 'CONTENT_TYPE_NOT_SUPPORTED'],
  [['x;text/plain'], 'CONTENT_TYPE_NOT_SUPPORTED'],
  [[''], 'CONTENT_TYPE_NOT_SUPPORTED'],
]

for (const [acceptedOutputModes, code] of modes)
  test(`answers in ${JSON.stringify(acceptedOutputModes) ?? 'any form'} are ${code ? 'refused' : 'possible'}`, () => {
    assert.equal(judge(acceptedOutputModes && { acceptedOutputModes }), code)
  })

test('a refusal of the output modes tells what is there instead', () => {
  const params = SendParams.parse({ message, configuration: { acceptedOutputModes: ['image/png'] } })
  assert.deepEqual(refusalOf(() => checkReply(toStartRequest(params)))?.details.metadata, { supported: ['text/plain'] })
})
