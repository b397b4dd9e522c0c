import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Connect } from '@codetether/server/bus/bus-connection'
import { connectNats } from '@codetether/server/bus/connect-nats'
import { connectRedis } from '@codetether/server/bus/connect-redis'
import { type BusOptions, channelOf, openBus } from '@codetether/server/bus/open-bus'
import { deriveKey } from '@codetether/server/db/secret'
import { createLogger } from '@codetether/server/logger'
import { waitUntil } from '@codetether/testing/wait-until'
import { type BusKind, busServer, nats, redis } from './bus-server.ts'

const connectors: Record<BusKind['name'], Connect> = { redis: connectRedis, nats: connectNats }
const silent = createLogger({ level: 'silent', format: 'json' })
const keysOf = (installation: string) => (purpose: string) => deriveKey(installation, purpose)

const silently = { onMessage: () => undefined, timeoutMs: 5_000, signal: new AbortController().signal }

/** One end of a bus, with what it has heard and how often it was opened. */
async function open(kind: BusKind, url: string, installation = 'ours', more: Partial<BusOptions> = {}) {
  const heard: string[] = []
  let opened = 0
  const setting = kind.name === 'redis' ? 'A2A_REDIS_URL' : 'A2A_NATS_URL'
  const bus = await openBus({
    config: { kind: kind.name, url, setting },
    deriveKey: keysOf(installation),
    log: silent,
    onMessage: message => heard.push(message),
    onOpen: () => opened++,
    ...more,
  })
  return { ...bus, heard, opened: () => opened }
}

for (const kind of [redis, nats]) {
  const { skip } = kind.peer
  const connect = connectors[kind.name]

  test(`${kind.name}: only messages with the keys of the installation are heard`, { skip }, async () => {
    await using server = await busServer(kind)
    await server.start()
    await using one = await open(kind, server.url)
    await using other = await open(kind, server.url)
    await using foreign = await open(kind, server.url, 'theirs')
    const channel = channelOf(keysOf('ours'))
    assert.notEqual(channel, channelOf(keysOf('theirs')))
    const stranger = await connect({ ...silently, url: server.url, channel })
    for (const garbage of ['', 'work', '\0', 'é'.repeat(22), 'x'.repeat(22), `${'x'.repeat(22)}one,work`])
      await stranger.publish(garbage)
    await stranger.publish('x'.repeat(500_000))
    assert.equal(await one.publish('genuine'), true)
    assert.equal(await foreign.publish('foreign'), true)
    await waitUntil('it is heard', () => other.heard.length > 0)
    stranger.close()
    await stranger.ended
    assert.deepEqual([other.heard, foreign.heard.includes('genuine')], [['genuine'], false])
    assert.ok([one, other].every(bus => bus.isUp()))
  })

  test(`${kind.name}: killed or hanging, it drops what is said, and opens again by itself`, { skip }, async () => {
    await using server = await busServer(kind)
    await using bus = await open(kind, server.url, 'ours', { answerMs: 1_000 })
    await using other = await open(kind, server.url, 'ours', { answerMs: 1_000 })
    assert.deepEqual([bus.isUp(), await bus.publish('to nobody')], [false, false])
    for (let round = 1; round <= 2; round++) {
      await server.start()
      await waitUntil('both are up', () => bus.isUp() && other.isUp())
      assert.deepEqual([bus.opened(), other.opened()], [round, round])
      assert.equal(await bus.publish(`round ${round}`), true)
      await waitUntil('it is heard', () => other.heard.includes(`round ${round}`))
      await server.kill()
      await waitUntil('the loss is noticed', () => !bus.isUp() && !other.isUp())
    }
    await server.start()
    await waitUntil('both are up', () => bus.isUp() && other.isUp())
    await server.pause()
    assert.deepEqual([await bus.publish('into the void'), bus.isUp()], [false, false])
    await waitUntil('who says nothing notices too', () => !other.isUp())
    server.resume()
    await waitUntil('it is up again', async () => (await bus.publish('after')) && other.heard.includes('after'))
    assert.ok(!other.heard.includes('to nobody'))
  })

  test(`${kind.name}: credentials come from the URL, and no log line shows them`, { skip }, async () => {
    // It may do with the channel what is needed, and nothing else.
    const login = { user: 'ct', password: 's3cr3t/@:%' }
    await using server = await busServer(kind, { login })
    await server.start()
    const lines: string[] = []
    const log = createLogger({ level: 'debug', format: 'json', stream: { write: line => lines.push(line) } })
    await using right = await open(kind, server.url, 'ours', { log })
    await using wrong = await open(kind, server.url.replace('s3cr3t', 'wr0ng'), 'ours', { log })
    assert.deepEqual([right.isUp(), wrong.isUp(), await right.publish('allowed')], [true, false, true])
    const connection = await connect({ ...silently, url: server.url, channel: channelOf(keysOf('ours')) })
    await connection.ping()
    connection.close()
    const written = lines.join('')
    assert.match(written, /the hint bus is away/)
    assert.ok(!/s3cr3t|wr0ng/.test(written), written)
  })

  test(`${kind.name}: one that hangs keeps nobody from starting and stopping`, { skip }, async () => {
    await using server = await busServer(kind)
    await server.start()
    await server.pause()
    await using bus = await open(kind, server.url, 'ours', { answerMs: 500 })
    assert.deepEqual([bus.isUp(), await bus.publish('x')], [false, false])
  })

  test(`${kind.name}: a server that speaks no TLS is not spoken to without it`, { skip }, async () => {
    await using server = await busServer(kind)
    await server.start()
    const url = server.url.replace(/^\w+/, kind.secure)
    await using bus = await open(kind, url, 'ours', { answerMs: 1_000 })
    assert.equal(bus.isUp(), false)
  })
}

test('redis: a login that is not let onto the channel is told so', { skip: redis.peer.skip }, async () => {
  await using server = await busServer(redis, { login: { user: 'ct', password: 'x', channels: 'others' } })
  await server.start()
  const lines: string[] = []
  const log = createLogger({ level: 'warn', format: 'json', stream: { write: line => lines.push(line) } })
  await using bus = await open(redis, server.url, 'ours', { log })
  assert.deepEqual([bus.isUp(), lines.length], [false, 1])
  assert.match(lines.join(), /NOPERM/)
})

test('redis: emptying it changes nothing', { skip: redis.peer.skip }, async () => {
  await using server = await busServer(redis)
  await server.start()
  await using one = await open(redis, server.url)
  await using other = await open(redis, server.url)
  const socket = createConnection({ host: '127.0.0.1', port: server.port })
  socket.end('FLUSHALL\r\nQUIT\r\n')
  assert.equal(await text(socket), '+OK\r\n+OK\r\n')
  await one.publish('still here')
  await waitUntil('it is heard', () => other.heard.includes('still here'))
  assert.deepEqual([one.opened(), other.opened()], [1, 1])
})
