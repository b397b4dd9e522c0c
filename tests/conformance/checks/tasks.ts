import assert from 'node:assert/strict'
import { waitUntil } from '@codetether/testing/wait-until'
import { alice, bob } from '../../doors/support.ts'
import type { RpcBody } from '../../platform.ts'
import { errorOf, framesOf, messageV03, messageV10, over, resultOf, sendV10, startGated } from '../calls.ts'
import { everywhere } from '../requirement.ts'

const missing = '00000000-0000-7000-8000-000000000000'

export const tasks = {
  eitherTaskOrMessage: everywhere(
    'SendMessage answers with exactly one of task and message',
    async ({ open, gated }) => {
      const configuration = { returnImmediately: true }
      const running = await resultOf(open, 'SendMessage', {
        ...messageV10(over(open, 'one of'), { agent: 'Gated' }),
        configuration,
      })
      assert.deepEqual(Object.keys(running), ['task'])
      gated.open(over(open, 'one of'))
      assert.deepEqual(Object.keys(await resultOf(open, 'SendMessage', messageV10('hello'))), ['task'])
    },
  ),

  atOnce: everywhere('with returnImmediately the answer does not wait for the agent', async ({ open, gated }) => {
    const { id, status } = await startGated(open, over(open, 'returned before the gate opens'))
    assert.match(status.state, /^TASK_STATE_(?:SUBMITTED|WORKING)$/)
    gated.open(over(open, 'returned before the gate opens'))
    await waitUntil('the task has ended', async () => {
      const task = await resultOf(open, 'GetTask', { id })
      return task.status.state === 'TASK_STATE_COMPLETED'
    })
  }),

  blocking: everywhere('otherwise it waits until the task has ended or asks something', async ({ open, gated }) => {
    const text = over(open, 'waited for')
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

  whole: everywhere('that answer has the last state, its message and all artifacts', async ({ open }) => {
    const task = await sendV10(open, 'hello', { agent: 'Teller' })
    assert.equal(task.status.state, 'TASK_STATE_COMPLETED')
    assert.equal(task.status.message.parts[0].text, 'three')
    assert.deepEqual(
      task.artifacts.map(({ parts }: { parts: { text: string }[] }) => parts.map(({ text }) => text).join('')),
      ['ab', 'three'],
    )
  }),

  ids: everywhere('every new task has an id of its own, and a context that the answer names', async ({ open }) => {
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

  contextKept: everywhere('the context that a caller names is kept, never replaced', async ({ open }) => {
    for (const contextId of [crypto.randomUUID(), 'my own context', 'ü'])
      assert.equal((await sendV10(open, 'hello', { contextId })).contextId, contextId)
    await errorOf('INVALID_PARAMS', open, 'SendMessage', messageV10('hello', { contextId: 'x'.repeat(257) }))
  }),

  unknownTask: everywhere('a message to a task that does not exist is TaskNotFound', async ({ open }) => {
    for (const taskId of [missing, 'no id of ours'])
      await errorOf('TASK_NOT_FOUND', open, 'SendMessage', messageV10('hello', { taskId }))
    for (const method of ['GetTask', 'CancelTask', 'SubscribeToTask'])
      await errorOf('TASK_NOT_FOUND', open, method, { id: missing })
  }),

  contextInferred: everywhere('a message that names the task only goes on in its context', async ({ open }) => {
    const { id, contextId } = await sendV10(open, 'x', { agent: 'Asker' })
    const task = await sendV10(open, 'answer', { taskId: id })
    assert.deepEqual([task.id, task.contextId, task.status.state], [id, contextId, 'TASK_STATE_COMPLETED'])
  }),

  contextMismatch: everywhere(
    'a message to a task under another context is refused and changes nothing',
    async ({ open }) => {
      const { id } = await sendV10(open, 'x', { agent: 'Asker' })
      await errorOf('INVALID_PARAMS', open, 'SendMessage', messageV10('x', { taskId: id, contextId: 'another' }))
      assert.equal((await resultOf(open, 'GetTask', { id })).status.state, 'TASK_STATE_INPUT_REQUIRED')
    },
  ),

  historyLength: everywhere(
    'historyLength bounds the messages of an answer: none for 0, the newest ones, and no more than there are',
    async ({ open }) => {
      const ask = async (configuration: object) => sendV10(open, 'first', { agent: 'Asker' }, configuration)
      assert.equal('history' in (await ask({ historyLength: 0 })), false)
      const { id, contextId } = await ask({})
      await sendV10(open, 'second', { taskId: id })
      const textsOf = ({ history = [] }: RpcBody) => history.map(({ parts }: RpcBody) => parts[0].text)
      const got = (historyLength: number) => resultOf(open, 'GetTask', { id, historyLength })
      assert.equal('history' in (await got(0)), false)
      assert.deepEqual(textsOf(await got(1)), ['second'])
      assert.deepEqual(textsOf(await got(2 ** 31 - 1)), ['first', 'What?', 'second'])
      const listed = async (historyLength: number) =>
        (await resultOf(open, 'ListTasks', { contextId, historyLength })).tasks[0]
      assert.equal('history' in (await listed(0)), false)
      assert.deepEqual(textsOf(await listed(2)), ['What?', 'second'])
      for (const [method, params] of [
        ['GetTask', { id, historyLength: -1 }],
        ['ListTasks', { historyLength: -1 }],
        ['SendMessage', { ...messageV10('x'), configuration: { historyLength: -1 } }],
      ] as const)
        await errorOf('INVALID_PARAMS', open, method, params)
      const frames = await framesOf(open, 'SendStreamingMessage', {
        ...messageV10('hello'),
        configuration: { historyLength: 0 },
      })
      assert.equal('history' in frames[0].task, false)
    },
  ),

  authRequired: everywhere(
    'a task that needs an authorization says which, takes messages meanwhile, and goes on with them',
    async ({ open }) => {
      const { id, status } = await sendV10(open, 'x', { agent: 'Banker' })
      assert.equal(status.state, 'TASK_STATE_AUTH_REQUIRED')
      assert.match(status.message.parts[0].text, /^Sign in at https:/)
      const answered = await sendV10(open, 'signed in', { taskId: id })
      assert.deepEqual([answered.id, answered.status.state], [id, 'TASK_STATE_COMPLETED'])
      const older = await resultOf(open, 'message/send', messageV03('x', 'Banker'))
      assert.equal(older.status.state, 'auth-required')
    },
  ),

  references: everywhere(
    'a message may refer to other tasks: it keeps them all, and its agent can read those that are there',
    async ({ open }) => {
      const { id } = await sendV10(open, 'Calculate 25 * 4')
      const referenceTaskIds = [id, missing, 'no id of ours']
      const task = await sendV10(open, 'what was it?', { agent: 'Recaller', referenceTaskIds })
      assert.notEqual(task.id, id)
      assert.match(task.artifacts[0].parts[0].text, /^Calculation: .*100\.$/)
      assert.deepEqual((await resultOf(open, 'GetTask', { id: task.id })).history[0].referenceTaskIds, referenceTaskIds)
    },
  ),

  foreignReferences: everywhere('tasks of somebody else that a message refers to are not read', async ({ closed }) => {
    const { id } = (await resultOf(closed, 'SendMessage', messageV10('Calculate 25 * 4'), alice)).task
    const textFor = async (headers: Record<string, string>) => {
      const params = messageV10('what was it?', { agent: 'Recaller', referenceTaskIds: [id] })
      return (await resultOf(closed, 'SendMessage', params, headers)).task.artifacts[0].parts[0].text
    }
    assert.match(await textFor(alice), /100/)
    assert.doesNotMatch(await textFor(bob), /100/)
  }),
}
