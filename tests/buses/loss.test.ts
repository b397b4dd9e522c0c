import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { exchange } from '../doors/support.ts'
import { agentOf, assertNoOrphans, assertSoundLog, heldAgent, soon, to } from '../event-log.ts'
import { readExposition } from '../exposition.ts'
import { frames } from '../journeys/frames.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { busServer, nats, redis } from './bus-server.ts'

const detailOf = async ({ url }: Platform) => (await exchange(`${url}/health/detail`)).body.components.hints

const metricOf = async ({ url }: Platform, name: string, labels: Record<string, string>): Promise<number> =>
  readExposition(await (await fetch(`${url}/metrics`)).text()).value(name, labels)

const isUp = async (platform: Platform): Promise<boolean> => (await detailOf(platform)).status === 'up'

/** Says something now and then. */
const talker = agentOf('Talker', async (_message, ctx) => {
  for (let n = 0; n < 5; n++) await ctx.artifact({ artifactId: 'a', parts: [{ text: `${n}` }] }, { append: n > 0 })
  await ctx.reply('done')
})

for (const kind of [redis, nats]) {
  const { skip } = kind.peer

  test(`servers start, serve and stream while ${kind.name} is down, say so, and use it when it comes`, {
    skip,
  }, async () => {
    await using database = await testDatabase()
    await using bus = await busServer(kind)
    const held = heldAgent()
    const env = { [kind.setting]: bus.url }
    await using one = await startPlatform({ database, agents: [held.agent, talker], env })
    await using other = await startPlatform({ database, env })
    assert.equal((await fetch(`${other.url}/health/ready`)).status, 200)
    assert.deepEqual(await detailOf(other), { status: 'down', bus: kind.name })
    assert.equal(await metricOf(other, 'codetether_hint_bus_up', { bus: kind.name }), 0)
    const { id } = (await one.rpc('message/send', soon(to('Held')))).result
    await held.started
    const followed = Array.fromAsync(frames(other.url, { method: 'tasks/resubscribe', params: { id } }))
    held.tell(ctx => ctx.reply('done'))
    assert.equal((await followed).at(-1)?.result.status.state, 'completed')
    assert.ok((await metricOf(one, 'codetether_hint_messages_total', { outcome: 'dropped' })) > 0)
    await bus.start()
    await waitUntil('both are up', async () => (await isUp(one)) && (await isUp(other)))
    assert.equal(await metricOf(other, 'codetether_hint_bus_up', { bus: kind.name }), 1)
    const heard = () => metricOf(other, 'codetether_hint_messages_total', { outcome: 'received' })
    await one.rpc('message/send', to('Talker'))
    await waitUntil('hints come through', async () => (await heard()) > 0)
    await assertSoundLog(database, id)
  })

  test(`${kind.name} is killed again and again: no task and no frame is lost`, { skip }, async () => {
    await using database = await testDatabase()
    await using bus = await busServer(kind)
    await bus.start()
    const env = { [kind.setting]: bus.url }
    await using one = await startPlatform({ database, agents: [talker], env })
    await using other = await startPlatform({ database, agents: [talker], env })
    const follow = async (n: number) => {
      const [sender, reader] = n % 2 === 0 ? [one, other] : [other, one]
      const { id } = (await sender.rpc('message/send', soon(to('Talker')))).result
      const headers = { 'last-event-id': '0' }
      const seen = await Array.fromAsync(frames(reader.url, { method: 'tasks/resubscribe', params: { id }, headers }))
      assert.deepEqual(
        seen.map(frame => frame.id),
        seen.map((_, index) => index + 1),
      )
      assert.equal(seen.at(-1)?.result.status.state, 'completed')
      return id
    }
    let isKilling = true
    const kills = (async () => {
      for (let n = 0; n < 4; n++) {
        await waitUntil('both use it', async () => (await isUp(one)) && (await isUp(other)))
        await bus.kill()
        await waitUntil('both miss it', async () => !(await isUp(one)) && !(await isUp(other)))
        await bus.start()
      }
      isKilling = false
    })()
    const ids: string[] = []
    while (isKilling) ids.push(...(await Promise.all([0, 1, 2, 3].map(follow))))
    await kills
    for (const id of ids.slice(0, 20)) await assertSoundLog(database, id)
    await assertNoOrphans(database)
  })
}
