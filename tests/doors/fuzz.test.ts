import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { after, before, describe, test } from 'node:test'
import { message, type Platform, startPlatform } from '../platform.ts'
import { mutated, type Random, randomOf } from './mutate.ts'
import { readFrames } from './sse.ts'
import { type Answer, alice, bob, post, rpcPaths, twoTokens } from './support.ts'

const seed = 20_260_301
const mutations = 2_000
const noises = 500
const atOnce = 8

/** One valid request of every method, and of every shape that `message/send` takes. */
const requests = (taskId: string, contextId: string) => {
  const file = { kind: 'file', file: { bytes: 'AAAA', mimeType: 'text/plain', name: 'a.txt' } }
  const data = { kind: 'data', data: { a: [1, { b: 'x' }] }, metadata: { c: 1 } }
  const full = {
    ...message('hello', {
      contextId,
      metadata: { agent: 'Echo', x: { y: 1 } },
      extensions: ['https://example.org/x'],
      referenceTaskIds: [taskId],
      parts: [{ kind: 'text', text: 'hello' }, file, data],
    }),
    configuration: { acceptedOutputModes: ['text/plain'], blocking: true, historyLength: 3 },
    metadata: { trace: 'x' },
  }
  const calls: [string, object][] = [
    ['message/send', message('Calculate 25 * 4')],
    ['message/send', full],
    ['message/send', { message: { parts: [{ type: 'text', content: 'set a to b' }] }, skillId: 'memory' }],
    ['message/send', message('more', { taskId, contextId })],
    ['message/stream', full],
    ['tasks/get', { id: taskId, historyLength: 5 }],
    ['tasks/cancel', { id: taskId }],
    ['tasks/resubscribe', { id: taskId }],
    [
      'tasks/list',
      { contextId, status: 'completed', pageSize: 10, pageToken: '', historyLength: 1, includeArtifacts: true },
    ],
    ['tasks/pushNotificationConfig/set', { taskId, pushNotificationConfig: { url: 'https://example.org/hook' } }],
    ['tasks/pushNotificationConfig/get', { id: taskId }],
    ['agent/getAuthenticatedExtendedCard', {}],
    ...requestsV10(taskId, contextId),
  ]
  return calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }))
}

/** The same in v1.0, which a method name in PascalCase chooses. */
function requestsV10(taskId: string, contextId: string): [string, object][] {
  const parts = [
    { text: 'hello' },
    { raw: 'AAAA', mediaType: 'text/plain', filename: 'a.txt' },
    { data: [1, { b: 'x' }] },
  ]
  const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts, contextId, metadata: { agent: 'Echo' } }
  const configuration = { acceptedOutputModes: ['text/plain'], returnImmediately: true, historyLength: 3 }
  return [
    ['SendMessage', { tenant: '', message, configuration, metadata: { trace: 'x' } }],
    ['SendMessage', { message: { ...message, taskId } }],
    ['SendStreamingMessage', { message: { ...message, messageId: 'streamed' } }],
    ['GetTask', { id: taskId, historyLength: 5 }],
    ['CancelTask', { id: taskId }],
    ['SubscribeToTask', { id: taskId }],
    [
      'ListTasks',
      { contextId, status: 'TASK_STATE_COMPLETED', pageSize: 10, statusTimestampAfter: '2026-01-01T00:00:00Z' },
    ],
    ['CreateTaskPushNotificationConfig', { taskId, url: 'https://example.org/hook' }],
    ['GetExtendedAgentCard', {}],
  ]
}

/** Headers as odd as the bodies. */
function headersOf(random: Random): Record<string, string> {
  const headers: Record<string, string> = { ...random.pick([alice, bob]) }
  if (random.below(10) === 0) headers['a2a-version'] = random.pick(['', '0.3', '1.0', 'é', ',', 'x'.repeat(2000)])
  if (random.below(10) === 0) headers['last-event-id'] = random.pick(['0', '1', '-1', 'x', '999999999999999', '1e3'])
  if (random.below(20) === 0)
    headers['content-type'] = random.pick(['text/plain', 'application/json;', 'application/json; charset=x', ';'])
  return headers
}

/** Never the server's fault, always an answer that the caller can read. */
function assertTypedAnswer({ status, raw, body, headers }: Answer, sent: string): void {
  const shown = `${sent.slice(0, 2000)}\n→ ${status} ${raw.slice(0, 1000)}`
  assert.ok(status < 500, shown)
  const isStream = headers.get('content-type')?.startsWith('text/event-stream')
  if (status === 204) assert.equal(raw, '')
  else if (isStream) assert.ok(readFrames(raw).length > 0, shown)
  else {
    assert.equal(body?.jsonrpc, '2.0', shown)
    assert.equal('result' in body, !('error' in body), shown)
    assert.ok(![-32603, -31503].includes(body.error?.code), shown)
    // That would be the database's refusal of what the edge should have refused.
    assert.notEqual(body.error?.message, 'a value cannot be stored', shown)
  }
}

/** Carries out the jobs, some at once, in the order in which they come. */
async function inTurns(jobs: Iterable<() => Promise<void>>): Promise<void> {
  const iterator = jobs[Symbol.iterator]()
  const worker = async () => {
    for (let job = iterator.next(); !job.done; job = iterator.next()) await job.value()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

describe(`requests that are mutated at random from the seed ${seed}`, () => {
  let platform: Platform
  let templates: ReturnType<typeof requests>
  before(async () => {
    platform = await startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens } })
    const { result } = await platform.rpc('message/send', message('hello'), alice)
    templates = requests(result.id, result.contextId)
  })
  after(() => platform[Symbol.asyncDispose]())

  const stillWorks = async () => {
    const { result } = await platform.rpc('message/send', message('Calculate 25 * 4'), alice)
    assert.match(result.status.message.parts[0].text, /100/)
  }

  function* jobs(
    count: number,
    random: Random,
    bodyOf: (i: number) => string | Uint8Array,
  ): Generator<() => Promise<void>> {
    for (let i = 0; i < count; i++) {
      const body = bodyOf(i)
      const url = `${platform.url}${random.pick(rpcPaths)}`
      const headers = headersOf(random)
      yield async () => assertTypedAnswer(await post(url, body, headers), Buffer.from(body).toString('latin1'))
    }
  }

  test('the requests that they come from are answered', async () => {
    for (const template of templates) assertTypedAnswer(await post(platform.url, template, alice), template.method)
  })

  test(`${mutations} of them never get an error of the server, and do not hold it up`, async () => {
    const random = randomOf(seed)
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    await inTurns(jobs(mutations, random, () => mutated(random.pick(templates), random)))
    delay.disable()
    const p99 = delay.percentile(99) / 1e6
    assert.ok(p99 < 200, `the 99th percentile of the event loop's delay is ${Math.round(p99)} ms`)
    await stillWorks()
  })

  test(`${noises} bodies of any bytes never get an error of the server`, async () => {
    const random = randomOf(seed + 1)
    const noise = (i: number) => (i % 2 === 0 ? random.bytes(random.below(4000)) : mutatedBytes(random))
    await inTurns(jobs(noises, random, noise))
    await stillWorks()
  })

  /** A valid request in which a few bytes are any bytes. */
  function mutatedBytes(random: Random): Uint8Array {
    const bytes = Buffer.from(JSON.stringify(random.pick(templates)))
    for (let left = 1 + random.below(8); left > 0; left--) bytes[random.below(bytes.length)] = random.below(256)
    return bytes
  }
})
