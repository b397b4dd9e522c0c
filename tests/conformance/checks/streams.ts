import assert from 'node:assert/strict'
import type { RpcBody } from '../../platform.ts'
import { errorOf, follow, framesOf, messageV03, messageV10, over, resultOf, startGated } from '../calls.ts'
import { check, everywhere } from '../requirement.ts'

/** What a frame of v1.0 tells, in one word or two. */
const wordOf = ({ task, statusUpdate, artifactUpdate }: RpcBody): string =>
  task
    ? 'task'
    : (statusUpdate?.status.message?.parts[0].text ??
      statusUpdate?.status.state ??
      artifactUpdate.artifact.parts[0].text)

const isLast = ({ statusUpdate }: RpcBody): boolean =>
  /COMPLETED|FAILED|CANCELED|REJECTED/.test(statusUpdate?.status.state ?? '')

export const streams = {
  established: everywhere(
    'a stream is open before the agent is done, and shows the task at once',
    async ({ open, gated }) => {
      const stream = await follow(open, 'SendStreamingMessage', messageV10(over(open, 'streamed'), { agent: 'Gated' }))
      const first = await stream.next()
      assert.ok(first?.task.id)
      gated.open(over(open, 'streamed'))
      assert.ok((await stream.rest()).some(isLast))
    },
  ),

  taskFirst: everywhere('a stream begins with the task, and updates of it follow', async ({ open }) => {
    const frames = await framesOf(open, 'SendStreamingMessage', messageV10('hello', { agent: 'Teller' }))
    const [first, ...updates] = frames.map(frame => Object.keys(frame))
    assert.deepEqual(first, ['task'])
    assert.ok(updates.length > 3)
    for (const keys of updates) assert.match(keys.join(), /^(?:statusUpdate|artifactUpdate)$/)
    const { id } = frames[0].task
    for (const { statusUpdate, artifactUpdate } of frames.slice(1))
      assert.equal((statusUpdate ?? artifactUpdate).taskId, id)
  }),

  progress: everywhere('each step of the agent is an event', async ({ open }) => {
    const frames = await framesOf(open, 'SendStreamingMessage', messageV10('hello', { agent: 'Teller' }))
    const words = frames.map(wordOf)
    for (const word of ['one', 'a', 'b', 'two']) assert.ok(words.includes(word), word)
  }),

  ends: everywhere('a stream ends with the task, whether it completes, fails or is canceled', async ({ open }) => {
    for (const [agent, state] of [
      ['Teller', 'TASK_STATE_COMPLETED'],
      ['Failer', 'TASK_STATE_FAILED'],
    ] as const) {
      const frames = await framesOf(open, 'SendStreamingMessage', messageV10('x', { agent }))
      assert.equal(frames.at(-1).statusUpdate.status.state, state)
      assert.equal(frames.filter(isLast).length, 1)
    }
    const stream = await follow(
      open,
      'SendStreamingMessage',
      messageV10(over(open, 'to be canceled'), { agent: 'Gated' }),
    )
    const id = (await stream.next())?.task.id
    await resultOf(open, 'CancelTask', { id })
    assert.equal((await stream.rest()).at(-1).statusUpdate.status.state, 'TASK_STATE_CANCELED')
  }),

  subscribed: everywhere('SubscribeToTask shows the task as it is first, and ends with it', async ({ open, gated }) => {
    const { id } = await startGated(open, over(open, 'subscribed'))
    const stream = await follow(open, 'SubscribeToTask', { id })
    const first = await stream.next()
    assert.equal(first?.task.id, id)
    assert.match(first?.task.status.state, /^TASK_STATE_(?:SUBMITTED|WORKING)$/)
    gated.open(over(open, 'subscribed'))
    const rest = await stream.rest()
    assert.equal(rest.at(-1).statusUpdate.status.state, 'TASK_STATE_COMPLETED')
    await errorOf('UNSUPPORTED_OPERATION', open, 'SubscribeToTask', { id })
  }),

  order: everywhere('events come in the order in which they happened', async ({ open }) => {
    const frames = await framesOf(open, 'SendStreamingMessage', messageV10('hello', { agent: 'Teller' }))
    const words = frames.map(wordOf).filter(word => ['task', 'one', 'a', 'b', 'two', 'three'].includes(word))
    // The answer appears twice: as an artifact and as the final message.
    assert.deepEqual(words, ['task', 'one', 'a', 'b', 'two', 'three', 'three'])
  }),

  broadcast: everywhere(
    'every stream of a task gets all events, the same in the same order',
    async ({ open, gated }) => {
      const { id } = await startGated(open, over(open, 'broadcast'))
      const readers = await Promise.all(Array.from({ length: 5 }, () => follow(open, 'SubscribeToTask', { id })))
      await Promise.all(readers.map(reader => reader.next()))
      gated.open(over(open, 'broadcast'))
      const [first = [], ...others] = await Promise.all(readers.map(reader => reader.rest()))
      assert.ok(first.some(isLast))
      for (const other of others) assert.deepEqual(other, first)
    },
  ),

  independent: everywhere(
    'a stream that is closed leaves the task and its other streams alone',
    async ({ open, gated }) => {
      const { id } = await startGated(open, over(open, 'independent'))
      const [left, kept] = await Promise.all([
        follow(open, 'SubscribeToTask', { id }),
        follow(open, 'SubscribeToTask', { id }),
      ])
      await Promise.all([left.next(), kept.next()])
      left.leave()
      gated.open(over(open, 'independent'))
      assert.equal((await kept.rest()).at(-1).statusUpdate.status.state, 'TASK_STATE_COMPLETED')
      assert.equal((await resultOf(open, 'GetTask', { id })).status.state, 'TASK_STATE_COMPLETED')
    },
  ),

  authRequired: everywhere(
    'a stream stays open while the task waits for an authorization, and shows how it goes on',
    async ({ open }) => {
      const stream = await follow(open, 'SendStreamingMessage', messageV10('x', { agent: 'Banker' }))
      const { id } = (await stream.next()).task
      const states: string[] = []
      for (let frame = await stream.next(); frame && states.length < 2; frame = await stream.next()) {
        states.push(frame.statusUpdate.status.state)
        if (states.length === 2) await resultOf(open, 'SendMessage', messageV10('signed in', { taskId: id }))
      }
      assert.deepEqual(states, ['TASK_STATE_WORKING', 'TASK_STATE_AUTH_REQUIRED'])
      assert.equal((await stream.rest()).at(-1).statusUpdate.status.state, 'TASK_STATE_COMPLETED')
    },
  ),

  plain: check('a client that knows nothing of our event ids reads the whole stream', async ({ open }) => {
    const frames = await framesOf(open, 'message/stream', messageV03('hello', 'Teller'))
    assert.equal(frames[0].kind, 'task')
    assert.deepEqual([frames.at(-1).final, frames.at(-1).status.state], [true, 'completed'])
  }),
}
