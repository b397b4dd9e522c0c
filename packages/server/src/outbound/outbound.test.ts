import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { testCertificate } from '@codetether/testing/test-certificate'
import { createOutbound, type OutboundOptions } from './outbound.ts'

const isForbidden = { code: 'WEBHOOK_URL_FORBIDDEN' }

/** A listener on a free port of this machine. Disposing it cuts its connections. */
async function listen(server: Server) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined)
    sockets.add(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const canary = () => listen(createTcpServer())
const answering = (answer: RequestListener) => listen(createServer(answer))
const local = (options: Partial<OutboundOptions> = {}) => createOutbound({ allow: ['127.0.0.1'], ...options })
const get = (url: string, more: object = {}) => ({ method: 'GET' as const, url, ...more })

test('a name with an inner address is refused, also beside a public one, and nobody connects', async () => {
  await using inner = await canary()
  for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['2606:4700::1', '::1'], ['::ffff:8.8.8.8'], []]) {
    const outbound = createOutbound({ allow: [], resolve: async () => addresses })
    const url = `https://rebind.example.com:${inner.port}/`
    await assert.rejects(outbound.check(url), isForbidden)
    await assert.rejects(outbound.request(get(url)), isForbidden)
  }
  assert.equal(inner.connections, 0)
})

test('the address that was checked is the one that is connected to, whatever the resolver says next', async () => {
  await using inner = await canary()
  const answers = [['8.8.8.8'], ['127.0.0.1'], ['127.0.0.1']]
  const outbound = createOutbound({ allow: [], resolve: async () => answers.shift() ?? [] })
  const url = `https://rebind.example.com:${inner.port}/`
  await outbound.check(url)
  await assert.rejects(outbound.request(get(url)), isForbidden)
  assert.equal(inner.connections, 0)

  let asked = 0
  const once = async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1'])
  await using server = await answering((_request, response) => response.end('here'))
  const pinned = createOutbound({ allow: ['127.0.0.1'], resolve: once })
  const { status, body } = await pinned.request(get(`http://hook.example.com:${server.port}/`))
  assert.deepEqual([status, body.toString(), asked], [200, 'here', 1])
})

test('a name that nobody can resolve is let through by the check and fails as a request', async () => {
  const outbound = createOutbound({ allow: [], resolve: () => Promise.reject(new Error('ENOTFOUND')) })
  await outbound.check('https://hook.example.com/')
  await assert.rejects(outbound.check('http://hook.example.com/'), isForbidden)
  await assert.rejects(outbound.request(get('https://hook.example.com/')), { name: 'OutboundFailure' })
})

test('the request carries the name of the URL and its own headers and body', async () => {
  await using server = await answering(async (request, response) => {
    const chunks = await Array.fromAsync(request)
    response.end(
      JSON.stringify({ headers: request.headers, body: Buffer.concat(chunks).toString(), method: request.method }),
    )
  })
  const outbound = local({ resolve: async () => ['127.0.0.1'] })
  const url = `http://hook.example.com:${server.port}/path?x=1`
  const answer = await outbound.request({ url, method: 'POST', headers: { 'x-test': 'yes' }, body: 'grüße' })
  const { headers, body, method } = JSON.parse(answer.body.toString())
  assert.deepEqual([method, body, headers['x-test'], headers['content-length']], ['POST', 'grüße', 'yes', '7'])
  assert.deepEqual([headers.host, headers.connection], [`hook.example.com:${server.port}`, 'close'])
})

test('a redirect is an answer and is not followed', async () => {
  await using inner = await canary()
  const location = `http://127.0.0.1:${inner.port}/`
  await using server = await answering((_request, response) => response.writeHead(307, { location }).end())
  const answer = await local().request(get(`http://127.0.0.1:${server.port}/`))
  assert.deepEqual([answer.status, answer.headers.location, inner.connections], [307, location, 0])
})

test('an endless body and one of a gigabyte are cut', async () => {
  await using server = await answering((_request, response) => {
    const chunk = Buffer.alloc(64 * 1024)
    response.writeHead(200, { 'content-length': 1024 ** 3 })
    const write = () => {
      while (response.writable && response.write(chunk)) {}
    }
    response.on('drain', write).on('error', () => undefined)
    write()
  })
  const url = `http://127.0.0.1:${server.port}/`
  const whole = await local().request(get(url, { mostBytes: 1024 ** 3 }))
  assert.deepEqual([whole.status, whole.body.length, whole.cut], [200, 64 * 1024, true])
  const head = await local().request(get(url, { mostBytes: 0 }))
  assert.deepEqual([head.status, head.body.length], [200, 0])
})

test('a body that drips, a head that drips and silence end at the deadline', async () => {
  const drip = (response: Pick<Socket, 'write' | 'on'>) => {
    const timer = setInterval(() => response.write('x'), 5)
    response.on('close', () => clearInterval(timer))
  }
  const heads = createTcpServer(socket => {
    socket.write('HTTP/1.1 200 OK\r\nx: ')
    drip(socket)
  })
  await using body = await answering((_request, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'), 5)
    response.on('close', () => clearInterval(timer))
  })
  await using head = await listen(heads)
  await using silent = await canary()
  for (const { port } of [body, head, silent])
    await assert.rejects(local().request(get(`http://127.0.0.1:${port}/`, { timeoutMs: 100 })), {
      name: 'OutboundFailure',
      message: 'no answer in time',
    })
  const slow = createOutbound({ allow: [], resolve: () => new Promise(() => undefined) })
  await assert.rejects(slow.request(get('https://hook.example.com/', { timeoutMs: 20 })), {
    message: 'no answer in time',
  })
})

test('headers without end are refused, and a compressed body stays as it came', async () => {
  await using large = await answering((_request, response) => response.setHeader('x', 'y'.repeat(32 * 1024)).end())
  await assert.rejects(local().request(get(`http://127.0.0.1:${large.port}/`)), /HPE_HEADER_OVERFLOW/)
  const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024))
  await using packed = await answering((_request, response) => response.setHeader('content-encoding', 'gzip').end(bomb))
  const { body } = await local().request(get(`http://127.0.0.1:${packed.port}/`))
  assert.deepEqual(body, bomb)
})

test('TLS wants a certificate that is trusted and names the host of the URL', async () => {
  const secure = createTlsServer(testCertificate, (_request, response) => response.end('secure'))
  secure.on('tlsClientError', () => undefined)
  await using server = await listen(secure)
  const resolve = async () => ['127.0.0.1']
  const outbound = local({ resolve, ca: testCertificate.cert })
  const { body } = await outbound.request(get(`https://hook.example.test:${server.port}/`))
  assert.equal(body.toString(), 'secure')
  const other = outbound.request(get(`https://other.example.test:${server.port}/`))
  await assert.rejects(other, /ERR_TLS_CERT_ALTNAME_INVALID/)
  await assert.rejects(outbound.request(get(`https://127.0.0.1:${server.port}/`)), /ERR_TLS_CERT_ALTNAME_INVALID/)
  const unknown = local({ resolve }).request(get(`https://hook.example.test:${server.port}/`))
  await assert.rejects(unknown, /SELF_SIGNED/)
})

test('what is aborted stops, and what fails says why without a word of the request', async () => {
  await using silent = await canary()
  const abort = new AbortController()
  const request = local().request(get(`http://127.0.0.1:${silent.port}/`, { signal: abort.signal }))
  abort.abort()
  await assert.rejects(request, { name: 'OutboundFailure', message: 'aborted' })
  const port = silent.port
  await silent[Symbol.asyncDispose]()
  const refused = local().request(get(`http://127.0.0.1:${port}/secret?token=secret`))
  await assert.rejects(refused, { message: 'the connection failed (ECONNREFUSED)' })
})

const getting = (more: object = {}) => ({ method: 'GET', headers: {}, signal: AbortSignal.timeout(10_000), ...more })

test('fetch goes to the addresses that were checked, and answers as they come', async () => {
  let asked = 0
  await using server = await answering((request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'x-host': request.headers.host, 'set-cookie': ['a', 'b'] })
    response.write('one')
    request.on('end', () => response.end(' two'))
    request.resume()
  })
  const resolve = async () => (asked++ === 0 ? ['127.0.0.1'] : ['192.0.2.1'])
  const outbound = createOutbound({ allow: ['peer.example.com'], resolve })
  const url = `http://peer.example.com:${server.port}/a?b`
  const response = await outbound.fetch(url, getting())
  assert.deepEqual([response.status, response.url], [200, url])
  assert.equal(response.headers.get('x-host'), `peer.example.com:${server.port}`)
  assert.equal(await response.text(), 'one two')
  assert.equal(asked, 1)
})

test('fetch follows no redirect, connects to nothing private, and ends with its signal', async () => {
  await using inner = await canary()
  await using redirecting = await answering((_, response) =>
    response.writeHead(307, { location: `http://127.0.0.1:${inner.port}/` }).end(),
  )
  const moved = await local().fetch(`http://127.0.0.1:${redirecting.port}/`, getting({ method: 'POST', body: 'x' }))
  assert.equal(moved.status, 307)
  const refusing = createOutbound({ allow: [], resolve: async () => ['127.0.0.1'] })
  for (const url of [`https://rebind.example.com:${inner.port}/`, `http://127.0.0.1:${inner.port}/`, 'data:,x']) {
    await assert.rejects(refusing.fetch(url, getting()), isForbidden)
    await assert.rejects(refusing.locate(url, AbortSignal.timeout(10_000)), isForbidden)
  }
  assert.equal(inner.connections, 0)
  const leaving = new AbortController()
  await using endless = await answering((_, response) => void response.write('…'))
  const response = await local().fetch(`http://127.0.0.1:${endless.port}/`, getting({ signal: leaving.signal }))
  leaving.abort(new Error('enough'))
  await assert.rejects(response.text())
})
