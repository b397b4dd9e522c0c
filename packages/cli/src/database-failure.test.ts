import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { explainDatabaseError } from './database-failure.ts'
import { describeFailure } from './failure.ts'

const fail = (code: string) => describeFailure(explainDatabaseError(Object.assign(new Error('no'), { code })))

test('a wrong address, login or database of DATABASE_URL is no defect, and says what to look at', () => {
  for (const [code, exitCode] of [
    ['ECONNREFUSED', 75],
    ['28P01', 4],
    ['42501', 4],
    ['3D000', 3],
    ['SELF_SIGNED_CERT_IN_CHAIN', 75],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 75],
  ] as const) {
    const failure = fail(code)
    assert.deepEqual([failure.exitCode, failure.message], [exitCode, 'the database: no'], code)
    assert.match(failure.hint ?? '', /DATABASE_/)
  }
})

test('other errors stay what they are', () => {
  assert.equal(fail('42P01').code, 'DEFECT')
  const error = new PlatformError('CONFLICT', 'not prepared')
  assert.equal(explainDatabaseError(error), error)
})
