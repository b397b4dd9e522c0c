import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import test from 'node:test'
import type { Client } from '@a2a-js/sdk/client'
import { testDatabase } from '@codetether/testing/test-database'
import { Random } from '../journeys/random.ts'
import { until } from '../journeys/until.ts'
import { connect, type Dialect, dialects, request } from '../official-client.ts'
import { unlikeTheLog } from './checks.ts'
import { type Cutter, startCutter } from './cutter.ts'
import { readByClient } from './read-by-client.ts'
import { Reader } from './reader.ts'
import { Rig } from './rig.ts'
import { framesIn, readStamped } from './stored.ts'

const tasks = 20
const framesOfEach = 500
const readersOfEach = 3
const agents = ['Torrent']

/** Same seed, same lengths of each client's connections. */
const seed = Number(process.env.CODETETHER_FAULT_SEED ?? randomInt(2 ** 31))

/** The third way to give a cursor, beside header and metadata: the official client is helped to say it in the query. */
const cursorInQuery: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers)
  const after = headers.get('last-event-id')
  if (after === null || !`${input}`.endsWith(':subscribe')) return fetch(input, init)
  headers.delete('last-event-id')
  return fetch(`${input}?after=${after}`, { ...init, headers })
}

/** A client all of whose connections are cut. Clients of gRPC share them by address, so each has an address of its own. */
async function connectBadly({ url, front }: Rig, dialect: Dialect, lengths: Random): Promise<[Client, Cutter]> {
  const port = dialect.binding === 'GRPC' ? front.grpcPort : front.port
  const cutter = await startCutter(port, lengths)
  const readdress = (url: string) => url.replace(`:${port}`, `:${cutter.port}`)
  const fetchImpl = dialect.binding === 'HTTP+JSON' ? cursorInQuery : fetch
  return [await connect(url, dialect, { readdress, fetchImpl }), cutter]
}

/** Starts a task with the first client and follows it with all of them. */
async function readBy([first, ...others]: readonly Client[]): Promise<Reader[]> {
  assert.ok(first)
  const sender = new Reader(readByClient(first, { message: request('go', { agent: 'Torrent' }) }))
  const taskId = await until('the task', async () => sender.taskId)
  return [sender, ...others.map(client => new Reader(readByClient(client, { taskId })))]
}

const title = `readers at every door miss, repeat and confuse nothing while their connections are cut at random (seed ${seed})`
test(title, { timeout: 120_000 }, async t => {
  await using database = await testDatabase()
  await using rig = await Rig.start({ database, replicas: [{ agents }, { agents }], leaseSeconds: 30, grpc: true })
  await using stack = new AsyncDisposableStack()
  const cutters: Cutter[] = []
  const readTask = async (n: number): Promise<Reader[]> => {
    // One of each binding, and every dialect begins tasks.
    const first = n % dialects.length
    const some = [...dialects.slice(first), ...dialects].slice(0, readersOfEach)
    const clients: Client[] = []
    for (const [k, dialect] of some.entries()) {
      const [client, cutter] = await connectBadly(rig, dialect, new Random(seed + n * readersOfEach + k))
      cutters.push(stack.use(cutter))
      clients.push(client)
    }
    return readBy(clients)
  }
  const readers = (await Promise.all(Array.from({ length: tasks }, (_, n) => readTask(n)))).flat()
  await Promise.all(readers.map(reader => reader.done))

  const { events } = await readStamped(database.admin)
  const log = Map.groupBy(events, event => event.taskId)
  assert.equal(log.size, tasks)
  for (const { frames, taskId = '', earlyEnds } of readers) {
    assert.deepEqual(unlikeTheLog(frames, framesIn(log.get(taskId) ?? [], taskId)), [])
    assert.equal(frames.length, framesOfEach)
    assert.equal(earlyEnds, 0, 'a cut looked like the end of the task')
  }
  const cuts = cutters.map(cutter => cutter.cuts)
  t.diagnostic(`${readers.length * framesOfEach} frames, ${cuts.reduce((sum, n) => sum + n)} cuts`)
  assert.ok(Math.min(...cuts) > 0, 'a reader was never cut: the test shows nothing')
})
