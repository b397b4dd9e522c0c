import assert from 'node:assert/strict'
import test, { after, describe } from 'node:test'
import { agentOf, heldAgent, query } from '../event-log.ts'
import { type RpcBody, rpc, startPlatform } from '../platform.ts'
import { active, asking, both, busy, events, generationKey, prune, type StreamEvent, versions } from './support.ts'

const question = agentOf('Question', (_message, ctx) => ctx.ask('which?'))
const held = { '0.3': heldAgent('Held03'), '1.0': heldAgent('Held10') }
const platform = await startPlatform({ agents: [busy, question, held['0.3'].agent, held['1.0'].agent] })
after(() => platform[Symbol.asyncDispose]())

const last = 12

for (const version of both)
  describe(`a log that has lost its beginning, in v${version}`, () => {
    const { send, stream, get, subscribe, message, soon, open, completed } = versions[version]
    const call = (method: string, params: unknown) =>
      rpc(platform.url, { method, params, headers: active(version) }) as Promise<RpcBody>
    const collect = (method: string, params: unknown, headers: Record<string, string> = active(version)) =>
      Array.fromAsync(events(platform, { method, params, headers }))
    const finished = async () => {
      const params = message('Busy')
      const whole = await collect(stream, params)
      return { params, whole, id: String(open(whole[0]?.result).id) }
    }
    const assertGone = async (
      [refusal, ...more]: StreamEvent[],
      {
        id,
        cursor,
        earliest,
        generation = last,
      }: Record<'cursor' | 'earliest', number> & { id: string; generation?: number },
    ) => {
      assert.deepEqual(more, [])
      const { snapshot, ...metadata } = refusal?.error?.data[0].metadata ?? {}
      assert.deepEqual([refusal?.error?.code, refusal?.error?.data[0].reason], [-31410, 'CURSOR_GONE'])
      assert.deepEqual(metadata, { taskId: id, cursor, earliestCursor: earliest, generation })
      assert.deepEqual(snapshot, (await call(get, { id })).result)
      assert.equal(snapshot.metadata[generationKey], generation)
    }

    test('answers each cursor exactly: what is whole from there, or the task as it is', async () => {
      const { id, whole } = await finished()
      for (const upTo of [1, 2, 5, last - 1]) {
        await prune(platform, id, upTo)
        for (let cursor = 0; cursor <= last; cursor++) {
          const answer = await collect(subscribe, asking({ id }, { after: cursor }))
          if (cursor < upTo) await assertGone(answer, { id, cursor, earliest: upTo })
          else assert.deepEqual(answer, whole.slice(cursor), `after ${cursor}, pruned to ${upTo}`)
        }
      }
    })

    test('knows a hidden event from a gap', async () => {
      const { id, whole } = await finished()
      // The creation is generation 1; the attempt behind it has a seq and no generation.
      await query(platform.database, 'delete from task_events where task_id = $1 and seq <= 2', [id])
      assert.deepEqual(await collect(subscribe, asking({ id }, { after: 1 })), whole.slice(1))
      await assertGone(await collect(subscribe, asking({ id }, { after: 0 })), { id, cursor: 0, earliest: 1 })
    })

    test('may be lost as a whole: the end of the task is still the end', async () => {
      const { id } = await finished()
      await prune(platform, id, last)
      await assertGone(await collect(subscribe, asking({ id }, { after: last - 1 })), {
        id,
        cursor: last - 1,
        earliest: last,
      })
      assert.deepEqual(await collect(subscribe, asking({ id }, { after: last })), [])
    })

    test('never has a gap in its middle or at its end that is skipped', async () => {
      for (const lost of [3, last]) {
        const { id } = await finished()
        await query(platform.database, 'delete from task_events where task_id = $1 and generation = $2', [id, lost])
        const [refusal, ...more] = await collect(subscribe, asking({ id }, { after: 0 }))
        assert.deepEqual([refusal?.error?.code, more], [-31410, []])
      }
    })

    test('is told with Last-Event-ID and without the extension too', async () => {
      const { id } = await finished()
      await prune(platform, id, 5)
      const headers = { 'a2a-version': version, 'last-event-id': '3' }
      const [refusal] = await collect(subscribe, { id }, headers)
      assert.equal(refusal?.error.code, -31410)
      const { snapshot } = refusal?.error.data[0].metadata ?? {}
      assert.deepEqual([snapshot.status.state, generationKey in snapshot.metadata], [completed, false])
    })

    test('travels in HTTP 200', async () => {
      const { id } = await finished()
      await prune(platform, id, 5)
      const response = await fetch(platform.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...active(version) },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: subscribe, params: asking({ id }, { after: 3 }) }),
      })
      await response.text()
      assert.equal(response.status, 200)
    })

    test('a message that is sent again attaches to what is left: without a cursor to a snapshot', async () => {
      const { id, params, whole } = await finished()
      await prune(platform, id, 5)
      const [snapshot, ...more] = await collect(stream, params)
      assert.deepEqual([snapshot?.id, open(snapshot?.result).status.state, more], [String(last), completed, []])
      await assertGone(await collect(stream, asking(params, { after: 2 })), { id, cursor: 2, earliest: 5 })
      assert.deepEqual(await collect(stream, asking(params, { after: 7 })), whole.slice(7))
    })

    test('a task that has asked something goes on with its log from there', async () => {
      const params = message('Question')
      const first = await collect(stream, params)
      const { id } = open(first[0]?.result)
      await prune(platform, id, 3)
      await assertGone(await collect(subscribe, asking({ id }, { after: 1 })), {
        id,
        cursor: 1,
        earliest: 3,
        generation: 3,
      })
      assert.deepEqual(await collect(subscribe, asking({ id }, { after: 3 })), [])
      const answer = message('Question', { taskId: id })
      const second = await collect(stream, answer)
      assert.equal(open(second[0]?.result).metadata[generationKey], 4)
      assert.deepEqual(
        (await collect(subscribe, asking({ id }, { after: 3 }))).map(event => event.id),
        ['4', '5'],
      )
    })

    test('a reader whose next change disappears in front of it is told, and goes on from the snapshot', async () => {
      const { agent, started, tell, ended } = held[version]
      const { id } = open((await call(send, { ...message(agent.name), ...soon })).result)
      const context = await started
      // On another replica: the one that writes would hand the event to its own readers.
      await using other = await startPlatform({ database: platform.database })
      const reader = events(other, { method: subscribe, params: { id }, headers: active(version) })
      const first = (await reader.next()).value
      assert.equal(first?.id, '2')
      await prune(platform, id, 2)
      // Dropped as it is written: the reader cannot be quicker.
      await query(
        platform.database,
        `create function drop_one() returns trigger language plpgsql as
           $$ begin return case when new.task_id <> '${id}' then new end; end $$;
         create trigger drop_one before insert on task_events for each row execute function drop_one()`,
      )
      await context.status('lost')
      const told = (await reader.next()).value ?? { id: undefined }
      assert.equal(told.id, undefined)
      await assertGone([told], { id, cursor: 2, earliest: 3, generation: 3 })
      assert.equal((await reader.next()).done, true)
      await query(platform.database, 'drop function drop_one() cascade')
      const { generation } = told.error.data[0].metadata
      const rest = collect(subscribe, asking({ id }, { after: generation }))
      tell(ctx => ctx.reply('done'))
      assert.deepEqual(
        (await rest).map(event => event.id),
        ['4', '5'],
      )
      await ended
    })
  })
