import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import test, { after, describe } from 'node:test'
import { resumeUri } from '@codetether/protocol/resume-extension'
import { agentOf, heldAgent } from '../event-log.ts'
import { type RpcBody, rpc, startPlatform } from '../platform.ts'
import { active, asking, both, busy, events, generationKey, versions } from './support.ts'

const held = { '0.3': heldAgent('Held03'), '1.0': heldAgent('Held10') }
/** Says nothing until it is stopped. */
const waiting = agentOf('Waiting', async (_message, { signal }) => {
  if (!signal.aborted) await once(signal, 'abort')
})
const platform = await startPlatform({ agents: [busy, waiting, held['0.3'].agent, held['1.0'].agent] })
after(() => platform[Symbol.asyncDispose]())

test('the card of each version declares the extension, and the page that it names is that of the documentation', async () => {
  const page = readFileSync(new URL('../../docs/extensions/resume-v1.md', import.meta.url), 'utf8')
  for (const version of both) {
    const response = await fetch(`${platform.url}/.well-known/agent-card.json`, { headers: { 'a2a-version': version } })
    const card: RpcBody = await response.json()
    const [declared] = card.capabilities.extensions
    assert.equal(declared.uri, resumeUri)
    assert.notEqual(declared.required, true)
    assert.deepEqual(declared.params, { documentation: `${platform.url}/extensions/resume/v1`, maxWaitMs: 60_000 })
    const served = await fetch(declared.params.documentation)
    assert.match(served.headers.get('content-type') ?? '', /^text\/markdown/)
    assert.equal(await served.text(), page, 'the page is stale: run `npm run docs`')
  }
})

for (const version of both)
  describe(`the resume extension in v${version}`, () => {
    const { header, send, stream, get, subscribe, list, message, soon, open, completed } = versions[version]
    const call = (method: string, params: unknown, headers: Record<string, string> = active(version)) =>
      rpc(platform.url, { method, params, headers })
    const collect = (method: string, params: unknown, headers: Record<string, string> = active(version)) =>
      Array.fromAsync(events(platform, { method, params, headers }))
    const plain = { 'a2a-version': version }

    test('who does not ask for it sees plain A2A, and what it says in the metadata means nothing', async () => {
      const params = message('Busy')
      const frames = await collect(stream, params, plain)
      const { id } = open(frames[0]?.result)
      const read = await call(get, asking({ id }, { currentGeneration: 'nonsense', after: -1 }), plain)
      const again = await collect(stream, asking(params, {}), plain)
      assert.doesNotMatch(JSON.stringify([frames, read, again]), /codetether\.run/)
      const other = { ...plain, [header]: 'https://other.example/ext/v1, ,urn:x' }
      assert.deepEqual(await call(get, { id }, other), await call(get, { id }, plain))
    })

    test('every task and update tells its generation, which is the id of its frame', async () => {
      const frames = await collect(stream, message('Busy'))
      assert.deepEqual(
        frames.map(({ id, result }) => [Number(id), open(result).metadata[generationKey]]),
        frames.map((_, n) => [n + 1, n + 1]),
      )
      const { id } = open(frames[0]?.result)
      const { result } = await call(get, { id })
      assert.equal(result.metadata[generationKey], frames.length)
      const listed = (await call(list, { pageSize: 1 })).result.tasks[0]
      assert.equal(listed.metadata[generationKey], frames.length)
      const sent = open((await call(send, message('Busy'))).result)
      assert.equal(sent.metadata[generationKey], frames.length)
      assert.deepEqual([sent.metadata.agent, sent.status.state], ['Busy', completed])
    })

    test('the response names what is active, and nothing that the caller made up', async () => {
      const answer = async (value: string | undefined, name: string = header) => {
        const response = await fetch(platform.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...plain, ...(value === undefined ? {} : { [name]: value }) },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: get, params: { id: 'x' } }),
        })
        return response.headers.get(header)
      }
      assert.equal(await answer(resumeUri), resumeUri)
      assert.equal(await answer(`urn:a , ${resumeUri},${resumeUri} , urn:b`), resumeUri)
      for (const none of [undefined, '', ',', 'urn:a', `${resumeUri}/`, resumeUri.toUpperCase(), ','.repeat(8000)])
        assert.equal(await answer(none), null, none?.slice(0, 80))
      assert.equal(await answer(resumeUri, versions[version === '1.0' ? '0.3' : '1.0'].header), null)
    })

    test('the response to a stream names it too', async () => {
      const response = await fetch(platform.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...active(version) },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: stream, params: message('Busy') }),
      })
      await response.text()
      assert.equal(response.headers.get(header), resumeUri)
    })

    test('a stream goes on after every generation, by its task and by its message, also when the task has ended', async () => {
      const params = message('Busy')
      const whole = await collect(stream, params)
      const { id } = open(whole[0]?.result)
      for (let cursor = 0; cursor <= whole.length; cursor++) {
        const rest = whole.slice(cursor)
        assert.deepEqual(await collect(subscribe, asking({ id }, { after: cursor })), rest)
        assert.deepEqual(await collect(stream, asking(params, { after: cursor })), rest)
        const twice = active(version, { 'last-event-id': String(cursor) })
        assert.deepEqual(await collect(subscribe, asking({ id }, { after: cursor }), twice), rest)
      }
    })

    test('a new task ignores the cursor of the message that starts it', async () => {
      const frames = await collect(stream, asking(message('Busy'), { after: 3 }))
      assert.equal(frames[0]?.id, '1')
    })

    test('cursors that differ, that are none or that the task has not reached are refused', async () => {
      const { id } = open((await call(send, message('Busy'))).result)
      const refusals: [members: object, headers: Record<string, string>][] = [
        [{ after: 3 }, { 'last-event-id': '4' }],
        ...[13, 2 ** 40, -1, 1.5, '3', null, [], {}, true, Number.MAX_SAFE_INTEGER].map(
          after => [{ after }, {}] satisfies [object, object],
        ),
      ]
      for (const [members, headers] of refusals) {
        const [refusal, ...more] = await collect(subscribe, asking({ id }, { ...members }), active(version, headers))
        assert.deepEqual([refusal?.error?.code, more.length], [-32602, 0], JSON.stringify(members))
      }
      const [beyond] = await collect(subscribe, asking({ id }, { after: 13 }))
      assert.equal(beyond?.error.data[0].metadata.generation, 12)
    })

    test('a cursor of one task counts in another only as a number, and of a foreign task nothing is told', async () => {
      const [refusal] = await collect(subscribe, asking({ id: crypto.randomUUID() }, { after: 3 }))
      assert.equal(refusal?.error.code, -32001)
    })

    test('a long poll answers with the next change, and at the end of its time with the task as it is', async () => {
      const { agent, started, tell, ended } = held[version]
      const { id } = open((await call(send, { ...message(agent.name), ...soon })).result)
      await started
      const wait = (members: Record<string, unknown>) => call(get, asking({ id }, members))
      const generationOf = (body: RpcBody) => body.result.metadata[generationKey]
      assert.equal(generationOf(await wait({ currentGeneration: 1, waitMs: 60_000 })), 2)
      assert.equal(generationOf(await wait({ currentGeneration: 2, waitMs: 0 })), 2)
      assert.equal(generationOf(await wait({ currentGeneration: 2, waitMs: 20 })), 2)
      assert.equal(generationOf(await wait({ waitMs: 60_000 })), 2)
      for (const beyond of [3, 2 ** 40]) {
        const { error } = await wait({ currentGeneration: beyond })
        assert.deepEqual([error.code, error.data[0].metadata.generation], [-32602, 2])
      }
      for (const waitMs of [-1, 1.5, '1', null]) assert.equal((await wait({ waitMs })).error.code, -32602)
      const waiting = wait({ currentGeneration: 2 })
      tell(async ctx => {
        await ctx.status('on it')
      })
      // The agent may have ended, too, when the task is read.
      assert.ok(generationOf(await waiting) > 2)
      await ended
    })

    test('a long poll of a task that has ended is answered at once', async () => {
      const { id } = open((await call(send, message('Busy'))).result)
      const { result } = await call(get, asking({ id }, { currentGeneration: 12 }))
      assert.equal(result.status.state, completed)
    })

    test('at the end of the log of a running task the stream begins at once', async () => {
      const { id } = open((await call(send, { ...message('Waiting'), ...soon })).result)
      const response = await fetch(platform.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...active(version) },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: subscribe, params: asking({ id }, { after: 2 }) }),
      })
      assert.equal(response.status, 200)
      await response.body?.cancel()
    })
  })
