import assert from 'node:assert/strict'
import { waitUntil } from '@codetether/testing/wait-until'
import { errorOf, messageV10, resultOf, sendV10, startGated } from '../calls.ts'
import { check } from '../requirement.ts'

const missing = '00000000-0000-7000-8000-000000000000'

export const tasks = {
  eitherTaskOrMessage: check('SendMessage answers with exactly one of task and message', async ({ open, gated }) => {
    const configuration = { returnImmediately: true }
    const running = await resultOf(open, 'SendMessage', { ...messageV10('one of', { agent: 'Gated' }), configuration })
    assert.deepEqual(Object.keys(running), ['task'])
    gated.open('one of')
    assert.deepEqual(Object.keys(await resultOf(open, 'SendMessage', messageV10('hello'))), ['task'])
  }),

  atOnce: check('with returnImmediately the answer does not wait for the agent', async ({ open, gated }) => {
    const { id, status } = await startGated(open, 'returned before the gate opens')
    assert.match(status.state, /^TASK_STATE_(?:SUBMITTED|WORKING)$/)
    gated.open('returned before the gate opens')
    await waitUntil('the task has ended', async () => {
      const task = await resultOf(open, 'GetTask', { id })
      return task.status.state === 'TASK_STATE_COMPLETED'
    })
  }),

  blocking: check('otherwise it waits until the task has ended or asks something', async ({ open, gated }) => {
    const text = 'waited for'
    const waiting = sendV10(open, text, { agent: 'Gated' })
    const isListed = async () => {
      const { tasks } = await resultOf(open, 'ListTasks', { status: 'TASK_STATE_WORKING', historyLength: 1 })
      return tasks.some(
        (task: { history?: { parts: { text: string }[] }[] }) => task.history?.[0]?.parts[0]?.text === text,
      )
    }
    await waitUntil('the agent is at work', isListed)
    const first = await Promise.race([
      waiting.then(() => 'answered'),
      resultOf(open, 'ListTasks').then(() => 'working'),
    ])
    assert.equal(first, 'working')
    gated.open(text)
    assert.equal((await waiting).status.state, 'TASK_STATE_COMPLETED')
    assert.equal((await sendV10(open, 'x', { agent: 'Asker' })).status.state, 'TASK_STATE_INPUT_REQUIRED')
    assert.equal((await sendV10(open, 'x', { agent: 'Failer' })).status.state, 'TASK_STATE_FAILED')
  }),

  whole: check('that answer has the last state, its message and all artifacts', async ({ open }) => {
    const task = await sendV10(open, 'hello', { agent: 'Teller' })
    assert.equal(task.status.state, 'TASK_STATE_COMPLETED')
    assert.equal(task.status.message.parts[0].text, 'three')
    assert.deepEqual(
      task.artifacts.map(({ parts }: { parts: { text: string }[] }) => parts.map(({ text }) => text).join('')),
      ['ab', 'three'],
    )
  }),

  ids: check('every new task has an id of its own, and a context that the answer names', async ({ open }) => {
    const made = await Promise.all(Array.from({ length: 20 }, () => sendV10(open, 'hello')))
    for (const key of ['id', 'contextId']) {
      const values = made.map(task => task[key])
      assert.ok(values.every(value => typeof value === 'string' && value.length > 0))
      assert.equal(new Set(values).size, made.length)
    }
    // Both are good for further calls.
    const [{ id, contextId }] = made
    assert.equal((await resultOf(open, 'GetTask', { id })).contextId, contextId)
  }),

  contextKept: check('the context that a caller names is kept, never replaced', async ({ open }) => {
    for (const contextId of [crypto.randomUUID(), 'my own context', 'ü'])
      assert.equal((await sendV10(open, 'hello', { contextId })).contextId, contextId)
    await errorOf(-32602, open, 'SendMessage', messageV10('hello', { contextId: 'x'.repeat(257) }))
  }),

  unknownTask: check('a message to a task that does not exist is TaskNotFound', async ({ open }) => {
    for (const taskId of [missing, 'no id of ours'])
      await errorOf(-32001, open, 'SendMessage', messageV10('hello', { taskId }))
    for (const method of ['GetTask', 'CancelTask', 'SubscribeToTask'])
      await errorOf(-32001, open, method, { id: missing })
  }),

  contextInferred: check('a message that names the task only goes on in its context', async ({ open }) => {
    const { id, contextId } = await sendV10(open, 'x', { agent: 'Asker' })
    const task = await sendV10(open, 'answer', { taskId: id })
    assert.deepEqual([task.id, task.contextId, task.status.state], [id, contextId, 'TASK_STATE_COMPLETED'])
  }),

  contextMismatch: check(
    'a message to a task under another context is refused and changes nothing',
    async ({ open }) => {
      const { id } = await sendV10(open, 'x', { agent: 'Asker' })
      await errorOf(-32602, open, 'SendMessage', messageV10('x', { taskId: id, contextId: 'another' }))
      assert.equal((await resultOf(open, 'GetTask', { id })).status.state, 'TASK_STATE_INPUT_REQUIRED')
    },
  ),
}
