import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2'
import { type TestContext, test } from 'node:test'
import { Server, ServerCredentials, type ServerWritableStream, status } from '@grpc/grpc-js'
import { loadConfig } from '../../config/load-config.ts'
import { createLogger } from '../../logger.ts'
import { createMetrics } from '../../metrics/metrics.ts'
import { Admission } from './admission.ts'

const path = '/test.Service/Stream'
const asIs = (bytes: Buffer) => bytes

/** A server of one method behind the admission, and a call of it by hand. The test ends both. */
async function serving(t: TestContext, handle: (call: ServerWritableStream<Buffer, Buffer>, of: Admission) => void) {
  const { config } = loadConfig({})
  const admission = new Admission(
    { config, log: createLogger({ level: 'silent', format: 'json' }), metrics: createMetrics() },
    [],
  )
  const server = new Server({ interceptors: [admission.interceptor] })
  server.register(
    path,
    (call: ServerWritableStream<Buffer, Buffer>) => handle(call, admission),
    asIs,
    asIs,
    'serverStream',
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const session = connect(`http://127.0.0.1:${port}`)
  t.after(() => {
    session.destroy()
    server.forceShutdown()
  })
  await once(session, 'connect')
  return session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' })
}

const headersOf = async (stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> => (await once(stream, 'response'))[0]

test('a request that does not come is refused when its time is over', async t => {
  const called = t.mock.fn()
  const stream = await serving(t, called)
  const answered = headersOf(stream)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  stream.write(Buffer.from([0, 0, 0]))
  // What was sent before a ping has come when it is answered.
  await new Promise(resolve => stream.session?.ping(resolve))
  t.mock.timers.tick(30_000)
  assert.equal((await answered)['grpc-status'], String(status.DEADLINE_EXCEEDED))
  assert.equal(called.mock.callCount(), 0)
})

test('a stream is reset though its reader takes nothing', async t => {
  const stream = await serving(t, (call, admission) => {
    call.write(Buffer.alloc(1024 * 1024))
    admission.of(call.metadata).reset()
  })
  stream.on('error', () => undefined)
  stream.end(Buffer.alloc(5))
  await once(stream, 'close')
  assert.equal(stream.rstCode, 8)
})
