import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { connectNats } from './connect-nats.ts'

test('a server that says nothing keeps nobody who has given up', async () => {
  const sockets: Socket[] = []
  const server = createServer(socket => sockets.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  const giveUp = new AbortController()
  const options = { url: `nats://127.0.0.1:${address.port}`, channel: 'hints', onMessage: () => undefined }
  const begun = performance.now()
  const connecting = connectNats({ ...options, timeoutMs: 20_000, signal: giveUp.signal })
  await once(server, 'connection')
  giveUp.abort(new Error('nobody waits'))
  await assert.rejects(connecting, /nobody waits/)
  assert.ok(performance.now() - begun < 10_000)
  await assert.rejects(connectNats({ ...options, timeoutMs: 20_000, signal: giveUp.signal }), /nobody waits/)
  for (const socket of sockets) socket.destroy()
  server.close()
})
