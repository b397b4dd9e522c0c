import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { builtInAgents } from '@codetether/agents/built-in'
import { generationKey, resumeUri } from '@codetether/protocol/resume-extension'
import { waitUntil } from '@codetether/testing/wait-until'
import { gatedAgent } from '../journeys/gated-agent.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { messagesIn, type SseMessage } from './sse.ts'
import { exchange, json, post } from './support.ts'

const nameOf = ({ data }: SseMessage): string =>
  data.statusUpdate ? data.statusUpdate.status.state.replace('TASK_STATE_', '') : Object.keys(data).join()

const v10 = (text: string, metadata: object = {}) => ({
  message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], metadata },
})
const v03 = (text: string, metadata: object = {}) => ({
  message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', content: [{ text }], metadata },
})
const whole = ['task', 'WORKING', 'artifactUpdate', 'COMPLETED']
const resuming = { 'a2a-extensions': resumeUri, 'x-a2a-extensions': resumeUri }

describe('streams over HTTP+JSON', () => {
  const gated = gatedAgent()
  let platform: Platform
  before(async () => {
    platform = await startPlatform({ agents: [...builtInAgents, gated.agent] })
  })
  after(() => platform[Symbol.asyncDispose]())
  const at = (path: string) => `${platform.url}/a2a/rest${path}`

  /** A task that goes on until its gate is opened. */
  async function started(text: string): Promise<string> {
    const params = { ...v10(text, { agent: 'Gated' }), configuration: { returnImmediately: true } }
    return (await post(at('/message:send'), params)).body.task.id
  }

  for (const [version, path, message] of [
    ['1.0', '', v10],
    ['0.3', '/v1', v03],
  ] as const) {
    test(`show the bare frames of ${version}, with ids, and go on behind each of them`, async () => {
      const answer = await post(at(`${path}/message:stream`), message('hello'), { accept: 'text/event-stream' })
      assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
      const frames = messagesIn(answer.raw)
      assert.deepEqual(frames.map(nameOf), whole)
      assert.deepEqual(
        frames.map(({ id }) => Number(id)),
        [1, 2, 3, 4],
      )
      const id = frames[0]?.data.task.id
      for (const last of [0, 1, 2, 3]) {
        const resumed = await exchange(at(`${path}/tasks/${id}:subscribe`), {
          headers: { 'last-event-id': String(last) },
        })
        assert.deepEqual(messagesIn(resumed.raw), frames.slice(last))
      }
      const wrong = await exchange(at(`${path}/tasks/${id}:subscribe`), { headers: { 'last-event-id': 'x' } })
      assert.equal(wrong.status, 400)
    })

    for (const verb of ['GET', 'POST'])
      test(`follow a task of ${version} to its end by ${verb}`, async () => {
        const text = `${verb} ${version}`
        const id = await started(text)
        const response = await fetch(at(`${path}/tasks/${id}:subscribe`), { method: verb, headers: json })
        gated.open(text)
        assert.deepEqual(messagesIn(await response.text()).map(nameOf), ['task', 'artifactUpdate', 'COMPLETED'])
      })

    test(`of ${version} show generations and take cursors in the query with the resume extension`, async () => {
      const { id } = (await post(at('/message:send'), v10('hello'))).body.task
      const headers = { ...resuming }
      const all = await exchange(at(`${path}/tasks/${id}:subscribe?after=1`), { headers })
      const header = version === '1.0' ? 'a2a-extensions' : 'x-a2a-extensions'
      assert.equal(all.headers.get(header), resumeUri)
      const frames = messagesIn(all.raw)
      assert.deepEqual(frames.map(nameOf), whole.slice(1))
      const shown = frames.map(({ data }) => (data.statusUpdate ?? data.artifactUpdate).metadata[generationKey])
      assert.deepEqual(shown, [2, 3, 4])
      const differing = { ...headers, 'last-event-id': '2' }
      assert.equal((await exchange(at(`${path}/tasks/${id}:subscribe?after=1`), { headers: differing })).status, 400)
      const polled = await exchange(at(`${path}/tasks/${id}?currentGeneration=3&waitMs=60000`), { headers })
      assert.equal(polled.body.metadata[generationKey], 4)
      assert.equal((await exchange(at(`${path}/tasks/${id}?currentGeneration=9`), { headers })).status, 400)
    })

    test(`of ${version} attach to the task of a message that was sent before`, async () => {
      const sent = message('hello')
      const first = messagesIn((await post(at(`${path}/message:stream`), sent)).raw)
      const again = { ...sent, metadata: { [`${resumeUri}/after`]: 2 } }
      const attached = messagesIn((await post(at(`${path}/message:stream`), again, resuming)).raw)
      assert.deepEqual(
        attached.map(({ id }) => Number(id)),
        [3, 4],
      )
      const plain = messagesIn((await post(at(`${path}/message:stream`), sent)).raw)
      assert.deepEqual(plain, first)
    })
  }

  test('a subscription to a task that has ended is refused in v1.0, and shows it in v0.3', async () => {
    const { id } = (await post(at('/message:send'), v10('hello'))).body.task
    const newer = await post(at(`/tasks/${id}:subscribe`), '')
    assert.deepEqual([newer.status, newer.body.error.status], [400, 'FAILED_PRECONDITION'])
    const older = await exchange(at(`/v1/tasks/${id}:subscribe`))
    assert.deepEqual(messagesIn(older.raw).map(nameOf), ['task'])
  })

  test('a reader that leaves changes nothing, and its place is free again', async () => {
    const id = await started('left alone')
    const gone = new AbortController()
    const response = await fetch(at(`/tasks/${id}:subscribe`), { signal: gone.signal })
    assert.equal(response.status, 200)
    gone.abort()
    const detail = async () => (await exchange(`${platform.url}/health/detail`)).body.components.streams.open
    await waitUntil('the stream is closed', async () => (await detail()) === 0)
    assert.equal((await exchange(at(`/tasks/${id}`))).body.status.state, 'TASK_STATE_WORKING')
    gated.open('left alone')
  })

  test('a cursor that the task has not reached is refused before the stream begins', async () => {
    const { id } = (await post(at('/message:send'), v10('hello'))).body.task
    const answer = await exchange(at(`/tasks/${id}:subscribe`), { headers: { 'last-event-id': '9' } })
    assert.equal(answer.status, 400)
    assert.equal(answer.body.error.details[0].reason, 'INVALID_PARAMS')
  })
})
