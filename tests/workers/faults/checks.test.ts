import assert from 'node:assert/strict'
import test from 'node:test'
import type { StampedEvent } from '../../replicas/stored.ts'
import { type Assignment, assignmentOf, outputOf } from './assignment.ts'
import { foreignWrites, wrongOutput } from './checks.ts'

const event = (more: Partial<StampedEvent>): StampedEvent => ({
  ...{ taskId: 'a', seq: 1, generation: null, kind: 'output', state: null, actor: 'worker:one', begins: null },
  ...{ stamp: null, text: '' },
  ...more,
})
const begins = (attempt: number, actor = 'worker:one') => event({ kind: 'attempt', begins: attempt, actor })
const output = (text: string, actor = 'worker:one') => event({ text, actor })
const completed = event({ kind: 'status', state: 'completed' })

test('what a worker writes in its own attempts is not foreign, nor what the system says', () => {
  const log = [event({ actor: 'api' }), begins(1), output('x'), event({ actor: 'system' }), begins(2, 'worker:two')]
  assert.deepEqual(foreignWrites([...log, output('y', 'worker:two')]), [])
})

test('what a worker writes in an attempt of another one is foreign', () => {
  const log = [begins(1), begins(2, 'worker:two'), event({ seq: 7 })]
  assert.deepEqual(foreignWrites(log), ['a: event 7 is of worker:one in an attempt of worker:two'])
})

test('what a worker writes before any attempt is foreign', () => {
  assert.equal(foreignWrites([output('x')]).length, 1)
})

const shell = assignmentOf(0)
const whole = (attempt: number) => outputOf(shell, attempt)
const found = (log: readonly StampedEvent[], assignment: Assignment = shell) =>
  wrongOutput(new Map([['a', assignment]]), log).length

test('a lost attempt that has put out a beginning and one that has put out everything are right', () => {
  const log = [begins(1), output('1:1\n1:'), begins(2), output(whole(2).slice(0, 10)), output(whole(2).slice(10))]
  assert.equal(found([...log, completed]), 0)
})

for (const [what, text] of [
  ['leaves a line out', whole(1).replace('1:3\n', '')],
  ['has a line twice', whole(1).replace('1:3\n', '1:3\n1:3\n')],
  ['has lines in another order', whole(1).replace('1:3\n1:4\n', '1:4\n1:3\n')],
  ['has a line of another attempt', whole(1).replace('1:3\n', '2:3\n')],
  ['leaves out the end', whole(1).slice(0, -5)],
  ['says nothing', ''],
] as const)
  test(`an attempt that completes its task and ${what} is found`, () => {
    assert.equal(found([begins(1), output(text), completed]), 1)
  })

test('a lost attempt that has put out something else than a beginning is found', () => {
  assert.equal(found([begins(1), output('1:2\n'), begins(2), output(whole(2)), completed]), 1)
})

test('an echo that comes twice is found', () => {
  const echo = assignmentOf(1)
  assert.equal(found([begins(1), output(echo.prompt), completed], echo), 0)
  assert.equal(found([begins(1), output(echo.prompt), output(echo.prompt), completed], echo), 1)
})

test('a task that nobody has handed in is found', () => {
  assert.equal(wrongOutput(new Map(), [begins(1)]).length, 1)
})
