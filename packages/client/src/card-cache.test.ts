import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { CardCache, freshMs } from './card-cache.ts'
import { fetchCard } from './fetch-card.ts'
import { readCard } from './read-card.ts'

const document = { name: 'Agent', url: 'https://agent.example/a2a' }

/** A web of one card, and how often it was asked for. */
const web = (headers: Record<string, string>) => {
  let asked = 0
  const fetch = async () => {
    asked += 1
    return Response.json(document, { headers })
  }
  return { connection: { fetch }, asked: () => asked }
}

test('a card is kept as long as its server allows, and no longer', async () => {
  let now = 0
  const cards = new CardCache(() => now)
  const { connection, asked } = web({ 'cache-control': 'public, max-age=60' })
  const read = () => fetchCard(connection, 'https://agent.example', { cards })
  await read()
  now = 59_999
  await read()
  assert.equal(asked(), 1)
  now = 60_000
  assert.equal((await read()).name, 'Agent')
  assert.equal(asked(), 2)
})

test('the forms of both versions are kept apart', async () => {
  const cards = new CardCache()
  const { connection, asked } = web({ 'cache-control': 'max-age=60' })
  for (const version of ['0.3', '1.0', '0.3', '1.0'] as const)
    await fetchCard(connection, 'https://agent.example', { cards, version })
  assert.equal(asked(), 2)
})

test('what must not be kept is not, and nothing is kept for ever', () => {
  const hour = limits.peerCardMs
  const answers: [string | null, number][] = [
    [null, 0],
    ['public', 0],
    ['max-age=0', 0],
    ['no-store, max-age=60', 0],
    ['no-cache', 0],
    ['Max-Age=5', 5_000],
    ['max-age=999999999', hour],
    ['max-age=x', 0],
    ['s-maxage=5', 0],
  ]
  for (const [header, ms] of answers) assert.equal(freshMs(header), ms, String(header))
})

test('the oldest cards give way when there are too many', () => {
  const cards = new CardCache()
  const card = readCard(document)
  assert.ok(card)
  for (let index = 0; index <= limits.peerCards; index += 1) cards.keep(`${index}`, card, 1_000)
  assert.deepEqual([cards.get('0'), cards.get('1')], [undefined, card])
})

test('a card of more than 1 MiB is not read, and one that is none is refused', async () => {
  const large = async () => Response.json({ ...document, name: 'x'.repeat(limits.peerCardBytes) })
  await assert.rejects(fetchCard({ fetch: large }, 'https://agent.example', {}), /more than 1048576 bytes/)
  const none = async () => Response.json({ hello: 'world' })
  await assert.rejects(fetchCard({ fetch: none }, 'https://agent.example', {}), /is no agent card of A2A 0\.3 or 1\.0/)
})
