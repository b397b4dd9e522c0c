import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { HeldLease } from '../held-lease.ts'
import { WorkerApi } from '../worker-api.ts'
import { Outbox } from './outbox.ts'
import { Sender } from './sender.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

interface Asked {
  reports: { task_id: string; finish: { result?: string } }[]
}

interface Setting extends AsyncDisposable {
  url: string
  outbox(): Outbox
}

/** A sender to a server that answers reports as the test says. */
async function setting(answer: (asked: Asked, response: ServerResponse) => void): Promise<Setting> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (request.method === 'POST') answer(JSON.parse(body), response)
    else response.end()
  }).listen(0, '127.0.0.1')
  stack.use(server)
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  const url = `http://127.0.0.1:${address.port}`
  const end = new AbortController()
  const sender = new Sender({ api: new WorkerApi(url, {}), log, signal: end.signal })
  const outboxes: Outbox[] = []
  const outbox = () => {
    const lease = { task_id: crypto.randomUUID(), attempt: 1, lease_token: crypto.randomUUID() }
    const made = new Outbox({
      lease: new HeldLease(lease, 60, performance.now()),
      spoolPath: join(directory.path, `${lease.task_id}.jsonl`),
      spoolBytes: 1_000_000,
      onReady: sender.ready,
      onLost: () => undefined,
    })
    outboxes.push(made)
    return made
  }
  stack.defer(() => {
    for (const made of outboxes) made.discard()
    server.closeAllConnections()
    end.abort()
  })
  const owned = stack.move()
  return { url, outbox, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const take = ({ reports }: Asked, response: ServerResponse) =>
  response.end(JSON.stringify({ results: reports.map(({ task_id }) => ({ task_id, ok: true, state: 'completed' })) }))
const refuse = (response: ServerResponse) => response.writeHead(400, { connection: 'close' }).end('{}')

test('a server that fails is not asked again at once', async () => {
  let asked = 0
  await using to = await setting((_asked, response) => {
    asked += 1
    response.writeHead(500, { connection: 'close' }).end('{}')
  })
  const outbox = to.outbox()
  const finished = outbox.finish({ status: 'completed' })
  await waitUntil('the server is asked', () => asked > 0)
  for (let n = 0; n < 30; n++) await (await fetch(to.url)).text()
  assert.ok(asked < 10, `it was asked ${asked} times`)
  outbox.discard()
  assert.equal(await finished, null)
})

test('one report that the server refuses keeps the others waiting for a few calls only', async () => {
  let asked = 0
  await using to = await setting((body, response) => {
    asked += 1
    if (body.reports.some(({ finish }) => finish.result === 'bad')) refuse(response)
    else take(body, response)
  })
  const finishes = Array.from({ length: 128 }, (_, n) =>
    to.outbox().finish({ status: 'completed', result: n === 77 ? 'bad' : 'good' }),
  )
  const ends = await Promise.all(finishes)
  assert.ok(ends.every(end => end?.ok))
  // The first, the others, two for each halving, and what stands in place of the bad one.
  assert.ok(asked <= 2 + 2 * 7 + 1, `${asked} calls`)
})

test('after a refusal, a server that does not answer any more is not asked for each report', async () => {
  const sizes: number[] = []
  await using to = await setting((body, response) => {
    sizes.push(body.reports.length)
    if (sizes.length === 1) take(body, response)
    else if (sizes.length % 2 === 0) refuse(response)
    else response.destroy()
  })
  for (let n = 0; n < 17; n++) void to.outbox().finish({ status: 'completed' })
  await waitUntil('the server was asked for all again', () => sizes.length >= 4)
  assert.deepEqual(sizes.slice(0, 4), [1, 16, 8, 16])
})
