import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, Socket } from 'node:net'
import { test } from 'node:test'
import { isPatient, readSlowly } from './slow-bodies.ts'

for (const times of [
  { pauseMs: 10, totalMs: 60_000 },
  { pauseMs: 60_000, totalMs: 10 },
])
  test(`a body that does not go on is cut: ${JSON.stringify(times)}`, async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const client = connect(address.port, '127.0.0.1')
    client.on('error', () => undefined)
    const [socket] = await once(server, 'connection')
    assert.ok(socket instanceof Socket)
    client.write('a piece')
    await assert.rejects(async () => {
      for await (const piece of readSlowly(socket, socket, times)) assert.ok(isPatient(socket) && piece.length > 0)
      throw socket.errored ?? new Error('it ended')
    })
    assert.ok(socket.destroyed && !isPatient(socket))
    client.destroy()
    server.close()
  })
