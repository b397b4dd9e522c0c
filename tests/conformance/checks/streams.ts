import assert from 'node:assert/strict'
import type { Stream } from '../../doors/sse.ts'
import type { RpcBody } from '../../platform.ts'
import { errorOf, follow, framesOf, messageV03, messageV10, resultOf, startGated } from '../calls.ts'
import { check } from '../requirement.ts'

/** What a frame of v1.0 tells, in one word or two. */
const wordOf = ({ task, statusUpdate, artifactUpdate }: RpcBody): string =>
  task
    ? 'task'
    : (statusUpdate?.status.message?.parts[0].text ??
      statusUpdate?.status.state ??
      artifactUpdate.artifact.parts[0].text)

const isLast = ({ statusUpdate }: RpcBody): boolean =>
  /COMPLETED|FAILED|CANCELED|REJECTED/.test(statusUpdate?.status.state ?? '')

const resultsOf = async (stream: Stream): Promise<RpcBody[]> => (await stream.rest()).map(({ body }) => body.result)

export const streams = {
  established: check(
    'a stream is open before the agent is done, and shows the task at once',
    async ({ open, gated }) => {
      const stream = await follow(open, 'SendStreamingMessage', messageV10('streamed', { agent: 'Gated' }))
      assert.match(stream.response.headers.get('content-type') ?? '', /^text\/event-stream/)
      const first = await stream.next()
      assert.ok(first?.body.result.task.id)
      gated.open('streamed')
      assert.ok((await resultsOf(stream)).some(isLast))
    },
  ),

  taskFirst: check('a stream begins with the task, and updates of it follow', async ({ open }) => {
    const frames = await framesOf(open, 'SendStreamingMessage', messageV10('hello', { agent: 'Teller' }))
    const [first, ...updates] = frames.map(frame => Object.keys(frame))
    assert.deepEqual(first, ['task'])
    assert.ok(updates.length > 3)
    for (const keys of updates) assert.match(keys.join(), /^(?:statusUpdate|artifactUpdate)$/)
    const { id } = frames[0].task
    for (const { statusUpdate, artifactUpdate } of frames.slice(1))
      assert.equal((statusUpdate ?? artifactUpdate).taskId, id)
  }),

  progress: check('each step of the agent is an event', async ({ open }) => {
    const frames = await framesOf(open, 'SendStreamingMessage', messageV10('hello', { agent: 'Teller' }))
    const words = frames.map(wordOf)
    for (const word of ['one', 'a', 'b', 'two']) assert.ok(words.includes(word), word)
  }),

  ends: check('a stream ends with the task, whether it completes, fails or is canceled', async ({ open }) => {
    for (const [agent, state] of [
      ['Teller', 'TASK_STATE_COMPLETED'],
      ['Failer', 'TASK_STATE_FAILED'],
    ] as const) {
      const frames = await framesOf(open, 'SendStreamingMessage', messageV10('x', { agent }))
      assert.equal(frames.at(-1).statusUpdate.status.state, state)
      assert.equal(frames.filter(isLast).length, 1)
    }
    const stream = await follow(open, 'SendStreamingMessage', messageV10('to be canceled', { agent: 'Gated' }))
    const id = (await stream.next())?.body.result.task.id
    await resultOf(open, 'CancelTask', { id })
    assert.equal((await resultsOf(stream)).at(-1).statusUpdate.status.state, 'TASK_STATE_CANCELED')
  }),

  subscribed: check('SubscribeToTask shows the task as it is first, and ends with it', async ({ open, gated }) => {
    const { id } = await startGated(open, 'subscribed')
    const stream = await follow(open, 'SubscribeToTask', { id })
    const first = await stream.next()
    assert.equal(first?.body.result.task.id, id)
    assert.match(first?.body.result.task.status.state, /^TASK_STATE_(?:SUBMITTED|WORKING)$/)
    gated.open('subscribed')
    const rest = await resultsOf(stream)
    assert.equal(rest.at(-1).statusUpdate.status.state, 'TASK_STATE_COMPLETED')
    await errorOf(-32004, open, 'SubscribeToTask', { id })
  }),

  order: check('events come in the order in which they happened', async ({ open }) => {
    const frames = await framesOf(open, 'SendStreamingMessage', messageV10('hello', { agent: 'Teller' }))
    const words = frames.map(wordOf).filter(word => ['task', 'one', 'a', 'b', 'two', 'three'].includes(word))
    // The answer appears twice: as an artifact and as the final message.
    assert.deepEqual(words, ['task', 'one', 'a', 'b', 'two', 'three', 'three'])
  }),

  broadcast: check('every stream of a task gets all events, the same in the same order', async ({ open, gated }) => {
    const { id } = await startGated(open, 'broadcast')
    const readers = await Promise.all(Array.from({ length: 5 }, () => follow(open, 'SubscribeToTask', { id })))
    await Promise.all(readers.map(reader => reader.next()))
    gated.open('broadcast')
    const [first = [], ...others] = await Promise.all(readers.map(resultsOf))
    assert.ok(first.some(isLast))
    for (const other of others) assert.deepEqual(other, first)
  }),

  independent: check('a stream that is closed leaves the task and its other streams alone', async ({ open, gated }) => {
    const { id } = await startGated(open, 'independent')
    const [left, kept] = await Promise.all([
      follow(open, 'SubscribeToTask', { id }),
      follow(open, 'SubscribeToTask', { id }),
    ])
    await Promise.all([left.next(), kept.next()])
    left.leave()
    gated.open('independent')
    assert.equal((await resultsOf(kept)).at(-1).statusUpdate.status.state, 'TASK_STATE_COMPLETED')
    assert.equal((await resultOf(open, 'GetTask', { id })).status.state, 'TASK_STATE_COMPLETED')
  }),

  plain: check('a client that knows nothing of our event ids reads the whole stream', async ({ open }) => {
    const frames = await framesOf(open, 'message/stream', messageV03('hello', 'Teller'))
    assert.equal(frames[0].kind, 'task')
    assert.deepEqual([frames.at(-1).final, frames.at(-1).status.state], [true, 'completed'])
  }),
}
