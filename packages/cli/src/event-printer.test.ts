import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StreamEvent } from '@codetether/protocol/v03/wire'
import { EventPrinter } from './event-printer.ts'
import { fakeArtifact, fakeStatus, fakeTask } from './testing/fake-agent.ts'

const print = (events: readonly object[]): { answer: string; remarks: string[] } => {
  const printer = new EventPrinter()
  const printed = events.map(event => printer.print(StreamEvent.parse(event)))
  return {
    answer: printed.map(({ answer }) => answer).join('') + printer.end(),
    remarks: printed.flatMap(({ remark }) => remark ?? []),
  }
}

const completed = (text: string) => ({ ...fakeStatus('completed', true), status: fakeTask('completed', text).status })

test('chunks of an artifact are joined, and the line is ended', () => {
  const { answer, remarks } = print([
    fakeTask('submitted'),
    fakeStatus('working'),
    fakeArtifact('one '),
    fakeArtifact('two', true),
    fakeStatus('completed', true),
  ])
  assert.equal(answer, 'one two\n')
  assert.deepEqual(remarks, ['task t1: submitted', 'working', 'completed'])
})

test('a last message that repeats an artifact is not printed again, another is', () => {
  assert.equal(print([fakeArtifact('100'), completed('100')]).answer, '100\n')
  assert.equal(print([fakeArtifact('10'), fakeArtifact('0', true), completed('100')]).answer, '100\n')
  assert.equal(print([fakeArtifact('100'), completed('Done.')]).answer, '100\nDone.\n')
})

test('progress is a remark, a question is an answer', () => {
  const progress = { ...fakeStatus('working'), status: fakeTask('working', 'searching').status }
  const question = { ...fakeStatus('input-required', true), status: fakeTask('input-required', 'Which one?').status }
  const { answer, remarks } = print([progress, question])
  assert.equal(answer, 'Which one?\n')
  assert.deepEqual(remarks, ['working: searching', 'input-required'])
})

test('what a task that works says at first is a remark too, and its artifacts are the answer', () => {
  const { answer, remarks } = print([
    { ...fakeTask('working', 'searching'), artifacts: [fakeArtifact('half').artifact] },
  ])
  assert.equal(answer, 'half\n')
  assert.deepEqual(remarks, ['task t1: working: searching'])
})

test('an agent cannot steer the terminal', () => {
  assert.equal(print([fakeArtifact('a\u001b[2Jb\u0007\tc\n')]).answer, 'ab\tc\n')
})

test('of an endless stream only so much is kept', () => {
  const chunk = 'x'.repeat(1024 * 1024)
  const printer = new EventPrinter()
  const event = StreamEvent.parse(fakeArtifact(chunk, true))
  // The text would be longer than strings can be.
  for (let count = 0; count < 600; count += 1) printer.print(event)
  printer.end()
})
