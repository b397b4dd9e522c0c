import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { HeldLease } from '../held-lease.ts'
import { WorkerApi } from '../worker-api.ts'
import { Outbox } from './outbox.ts'
import { Sender } from './sender.ts'

const lease = { task_id: crypto.randomUUID(), attempt: 1, lease_token: crypto.randomUUID() }
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

test('a server that fails is not asked again at once', async () => {
  await using directory = await temporaryDirectory()
  let asked = 0
  await using server = createServer((request, response) => {
    if (request.method === 'POST') asked += 1
    request.resume()
    response.writeHead(500, { connection: 'close' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  const url = `http://127.0.0.1:${address.port}`
  const end = new AbortController()
  const sender = new Sender({ api: new WorkerApi(url, {}), log, signal: end.signal })
  const outbox = new Outbox({
    lease: new HeldLease(lease, 60, performance.now()),
    spoolPath: join(directory.path, 'spool.jsonl'),
    spoolBytes: 1_000_000,
    onReady: sender.ready,
    onLost: () => undefined,
  })
  const finished = outbox.finish({ status: 'completed' })
  await waitUntil('the server is asked', () => asked > 0)
  for (let n = 0; n < 30; n++) await (await fetch(url)).text()
  assert.ok(asked < 10, `it was asked ${asked} times`)
  outbox.discard()
  end.abort()
  assert.equal(await finished, null)
})
