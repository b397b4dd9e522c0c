import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canMove, isInterrupted, isTerminal, type TaskState, taskStates } from './task-state.ts'
import { TaskState as WireState } from './v03/wire.ts'

const terminal: TaskState[] = ['completed', 'failed', 'canceled', 'rejected']
const interrupted: TaskState[] = ['input-required', 'auth-required']
const open = taskStates.filter(state => !terminal.includes(state))

for (const state of taskStates)
  test(`${state} is ${terminal.includes(state) ? '' : 'not '}terminal`, () => {
    assert.equal(isTerminal(state), terminal.includes(state))
    assert.equal(isInterrupted(state), interrupted.includes(state))
  })

for (const from of terminal)
  test(`a ${from} task takes no state any more, not even its own`, () => {
    for (const to of taskStates) assert.equal(canMove(from, to), false, `${from} → ${to}`)
  })

for (const from of open)
  test(`a ${from} task may be queued again, go on, ask or end`, () => {
    for (const to of taskStates) assert.equal(canMove(from, to), true, `${from} → ${to}`)
  })

test('no state is both terminal and interrupted', () => {
  assert.deepEqual(
    taskStates.filter(state => isTerminal(state) && isInterrupted(state)),
    [],
  )
})

test('the states are those of A2A v0.3, without its “unknown”', () => {
  assert.deepEqual([...taskStates, 'unknown'].sort(), [...WireState.options].sort())
})
