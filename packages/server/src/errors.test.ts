import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { asPlatformError } from './errors.ts'
import { createLogger } from './logger.ts'

const capture = () => {
  const lines: string[] = []
  const log = createLogger({ level: 'trace', format: 'json', stream: { write: line => void lines.push(line) } })
  return { log, lines }
}

test('an error of the closed list goes on as it is, unlogged if it is the caller’s', () => {
  const { log, lines } = capture()
  const error = new PlatformError('TASK_NOT_FOUND', 'no such task')
  assert.equal(asPlatformError(error, log), error)
  assert.deepEqual(lines, [])
})

test('an error of the closed list that is the server’s is logged with its cause', () => {
  const { log, lines } = capture()
  const error = new PlatformError('UNAVAILABLE', 'the database is away', { cause: new Error('ECONNREFUSED') })
  assert.equal(asPlatformError(error, log), error)
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /"level":"error".*ECONNREFUSED/)
})

for (const thrown of [new Error('canary'), new TypeError('canary'), 'canary', { message: 'canary' }, null, undefined])
  test(`what is not of the list is logged and answered without details: ${String(thrown)}`, () => {
    const { log, lines } = capture()
    const error = asPlatformError(thrown, log)
    assert.deepEqual([error.code, error.message], ['INTERNAL', 'internal error'])
    assert.deepEqual(error.details, { cause: thrown })
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /unexpected error/)
  })
