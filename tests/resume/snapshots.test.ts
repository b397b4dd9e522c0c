import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentOf } from '../event-log.ts'
import { Random } from '../journeys/random.ts'
import { type RpcBody, rpc, startPlatform } from '../platform.ts'
import { active, asking, both, events, generationKey, type StreamEvent, type Version, versions } from './support.ts'

const chunks = 40

const writing = agentOf('Writing', async (_message, ctx) => {
  for (let n = 0; n < chunks; n++)
    await ctx.artifact({ artifactId: 'a', parts: [{ text: `${n}` }] }, { append: n > 0, lastChunk: n === chunks - 1 })
  await ctx.reply('done')
})

/** The task that a client holds after these frames: a snapshot, or what it held before, and each update applied. */
function apply(known: RpcBody, { result }: StreamEvent, version: Version): RpcBody {
  const change = versions[version].open(result)
  const generation = change.metadata[generationKey]
  if (known) assert.equal(generation, known.generation + 1, 'the next change')
  if (change.id !== undefined)
    return {
      generation,
      state: change.status.state,
      artifacts: (change.artifacts ?? []).map((a: RpcBody) => [a.artifactId, a.parts.map((p: RpcBody) => p.text)]),
    }
  if (change.status) return { ...known, generation, state: change.status.state }
  const { artifactId, parts } = change.artifact
  const added = parts.map((part: RpcBody) => part.text)
  const before = known.artifacts.filter(([id]: [string]) => id !== artifactId)
  const [, texts = []] = known.artifacts.find(([id]: [string]) => id === artifactId) ?? []
  return { ...known, generation, artifacts: [...before, [artifactId, change.append ? [...texts, ...added] : added]] }
}

for (const version of both)
  test(`a hundred subscriptions while tasks are written: snapshot and updates make the final task, in v${version}`, async () => {
    await using platform = await startPlatform({ agents: [writing] })
    const { send, get, subscribe, message, soon, open } = versions[version]
    const call = (method: string, params: unknown) => rpc(platform.url, { method, params, headers: active(version) })
    const random = new Random(17)
    const begun = new Set<number>()
    let subscriptions = 0
    /** Reads a few frames, hangs up and goes on behind the last one, until the task has ended. */
    const follow = async (id: string, patience: number) => {
      let known: RpcBody = null
      for (let ended = false; !ended; subscriptions++) {
        const params = known ? asking({ id }, { after: known.generation }) : { id }
        let left = known ? random.between(1, patience) : 1
        begun.add(known?.generation ?? 0)
        ended = true
        for await (const event of events(platform, { method: subscribe, params, headers: active(version) })) {
          // A task that has ended meanwhile is no subject of a first subscription in v1.0.
          if (event.error) return assert.equal(event.error.code, -32004)
          known = apply(known, event, version)
          left -= 1
          ended = left > 0
          if (left === 0) break
        }
      }
      const { result } = await call(get, { id })
      assert.deepEqual(
        known,
        apply(null, { id: undefined, result: version === '1.0' ? { task: result } : result }, version),
      )
    }
    while (subscriptions < 100) {
      const { id } = open((await call(send, { ...message('Writing'), ...soon })).result)
      await Promise.all(Array.from({ length: 10 }, () => follow(id, 20)))
    }
    assert.ok(begun.size > 3, `subscriptions from ${begun.size} moments`)
  })
