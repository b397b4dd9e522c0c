import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { negotiateVersion } from './rules.ts'

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
  '1.0.',
  '1.0.x',
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
