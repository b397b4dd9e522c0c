import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { lastEventIdOf } from './last-event-id.ts'

const given: [header: string | undefined, after: number | null][] = [
  [undefined, null],
  ['', null],
  ['0', 0],
  ['7', 7],
  ['007', 7],
  ['999999999999999', 999_999_999_999_999],
]

for (const [header, after] of given)
  test(`Last-Event-ID ${JSON.stringify(header) ?? 'absent'} goes on after ${after ?? 'nothing'}`, () => {
    assert.equal(lastEventIdOf(header === undefined ? {} : { 'last-event-id': header }), after)
  })

const forged = [
  'abc',
  '-1',
  '+1',
  '1.5',
  '1e3',
  '1e30',
  '0x1',
  ' 1',
  '1 ',
  '1\n',
  '1\0',
  '1, 2',
  '９',
  'NaN',
  '9'.repeat(16),
]

for (const header of forged)
  test(`Last-Event-ID ${JSON.stringify(header)} is refused, and not repeated`, () => {
    assert.throws(
      () => lastEventIdOf({ 'last-event-id': header }),
      (error: unknown) =>
        error instanceof PlatformError &&
        error.code === 'INVALID_PARAMS' &&
        error.httpStatus === 400 &&
        error.message === 'Last-Event-ID is not an id that this server has sent',
    )
  })

test('the header twice is refused', () => {
  assert.throws(() => lastEventIdOf({ 'last-event-id': ['1', '2'] }), PlatformError)
})
