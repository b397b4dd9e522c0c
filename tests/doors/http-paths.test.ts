import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { message, type Platform, startPlatform } from '../platform.ts'
import { assertHttpError, assertRpcError, exchange, post, request, rpcPaths, sayRaw } from './support.ts'

const pages = ['/agents', '/health', '/v1/health', '/health/live', '/health/ready', '/health/detail']
const cards = ['/.well-known/agent-card.json', '/.well-known/agent.json']

describe('the paths of the server', () => {
  let platform: Platform
  let url: string
  before(async () => {
    platform = await startPlatform()
    url = platform.url
  })
  after(() => platform[Symbol.asyncDispose]())

  for (const path of [...rpcPaths, '/v1/message/send'])
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])
      test(`${method} ${path} is answered with 405 and what is allowed`, async () => {
        const answer = await exchange(`${url}${path}`, { method })
        assert.equal(answer.headers.get('allow'), 'POST')
        if (method === 'HEAD') assert.equal(answer.status, 405)
        else assertHttpError(answer, 405)
      })

  for (const path of [...pages, ...cards])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      test(`${method} ${path} is answered with 405 and what is allowed`, async () => {
        const answer = await exchange(`${url}${path}?x=1`, { method })
        assertHttpError(answer, 405)
        assert.equal(answer.headers.get('allow'), 'GET, HEAD')
      })

  test('a verb that a header names instead is ignored', async () => {
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      assertHttpError(await exchange(`${url}/`, { headers: { [name]: 'POST' } }), 405)
      const { status } = await exchange(`${url}/agents`, { headers: { [name]: 'DELETE' } })
      assert.equal(status, 200)
    }
  })

  for (const verb of ['TRACE', 'PROPFIND', 'PURGE', 'LINK', 'QUERY', 'SEARCH'])
    test(`the verb ${verb} is refused`, async () => {
      for (const path of ['/', '/agents', '/nothing']) {
        const { status } = await sayRaw(
          url,
          request(`${verb} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close'),
        )
        assert.ok([400, 404, 405, 501].includes(status), `${verb} ${path}: ${status}`)
      }
    })

  test('what is no verb is refused with 400', async () => {
    for (const verb of ['FOO', 'get', 'G\u0000T'])
      assert.equal((await sayRaw(url, request(`${verb} / HTTP/1.1`, 'Host: localhost'))).status, 400)
  })

  const nowhere = [
    '/nothing',
    '/v1',
    '/v1/',
    '/agents/',
    '/Agents',
    '/health/x',
    '/task',
    '/v1/tasks',
    '/health/tasks',
    '/acme/task',
    '/acme/rest/tasks',
    '/a2a/rest/v1/tasks',
    '/tasks/a%2fb',
    '/tasks/%00',
    '/a%00/tasks',
    '/.acme/tasks',
    '//tasks',
    '/a%2fb/tasks',
    '/admin',
    '/.env',
    '/.git/config',
  ]
  const weird = [
    '//',
    '///agents',
    '/..;/',
    '/agents;x=1',
    '/./agents%2f',
    '/%2e%2e/',
    '/%2e%2e%2fetc%2fpasswd',
    '/a%2fb',
  ]
  const signs = [
    '/%00',
    '/agents%00',
    '/%0d%0a',
    '/*',
    '/:x',
    '/::',
    '/:a(b',
    '/a*b',
    '/(',
    '/a?b?c',
    '/%25',
    '/%F0%9F%98%80',
  ]
  for (const path of [...nowhere, ...weird, ...signs, `/${'a'.repeat(8000)}`])
    test(`${path.slice(0, 40)} is answered with 404, whatever the verb`, async () => {
      for (const verb of ['GET', 'POST', 'PUT', 'DELETE']) {
        const lines = [`${verb} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close']
        const { status, text } = await sayRaw(url, request(...lines, 'Content-Length: 0'))
        assert.equal(status, 404, text)
        const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))
        // Below /v1 clients of v0.3 read the answer.
        const isOlder = /^(?:\/a2a\/rest)?\/v1(?:\/|$)/.test(path)
        assert.equal((isOlder ? body.data : body.error.details)[0].reason, 'NOT_FOUND')
      }
    })

  for (const path of ['/%E0%A4%A', '/%', '/%zz', '/agents%', '/%C3%28'])
    test(`${path} is answered with 400 in the form of all errors`, async () => {
      for (const verb of ['GET', 'POST']) {
        const lines = [`${verb} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', 'Content-Length: 0']
        const { status, text } = await sayRaw(url, request(...lines))
        assert.equal(status, 400, text)
        assert.match(text, /\r\nx-request-id: /i)
        const { error } = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))
        assert.equal(error.details[0].reason, 'INVALID_REQUEST')
      }
    })

  test('a request for a whole URL is one for its path', async () => {
    const whole = (target: string) =>
      sayRaw(url, request(`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close'))
    assert.equal((await whole('http://localhost/agents')).status, 200)
    assert.equal((await whole('http://localhost/nothing')).status, 404)
    assert.ok([400, 404, 405].includes((await whole('*')).status))
  })

  test('HEAD is answered like GET, without the body', async () => {
    for (const path of [...pages, ...cards]) {
      const got = await exchange(`${url}${path}`)
      const head = await exchange(`${url}${path}`, { method: 'HEAD' })
      assert.deepEqual([head.status, head.raw], [200, ''])
      assert.equal(head.headers.get('content-type'), got.headers.get('content-type'))
      assert.equal(head.headers.get('etag'), got.headers.get('etag'))
    }
  })

  test('OPTIONS is answered on every path without doing anything', async () => {
    for (const path of [...rpcPaths, ...pages, ...cards, '/nothing']) {
      const { status, raw } = await exchange(`${url}${path}`, { method: 'OPTIONS' })
      assert.deepEqual([status, raw], [204, ''])
    }
  })

  test('POST /v1/message/send is answered with 404 that names the endpoint', async () => {
    const answer = await post(`${url}/v1/message/send`, { message: message('hello').message })
    assert.equal(answer.status, 404)
    assert.deepEqual(answer.body.data[0].metadata, { endpoint: `${url}/`, method: 'message/send' })
    assert.match(answer.body.message, /POST \//)
  })

  test('every answer carries a request id and is neither cached nor sniffed', async () => {
    for (const path of [...pages, '/nothing', '/', '/%']) {
      const { headers } = await exchange(`${url}${path}`)
      assert.match(headers.get('x-request-id') ?? '', /^[\w.:-]{1,128}$/, path)
      assert.equal(headers.get('cache-control'), 'no-store', path)
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
      assert.equal(headers.get('server') ?? headers.get('x-powered-by'), null)
    }
  })

  test('/agents lists who answers, each with skills', async () => {
    const { body } = await exchange(`${url}/agents`)
    assert.deepEqual(
      body.agents.map((agent: { name: string }) => agent.name),
      ['Calculator', 'Memory', 'Analysis', 'Weather', 'Echo'],
    )
    for (const { kind, status, skills } of body.agents) {
      assert.deepEqual([kind, status], ['built-in', 'online'])
      assert.ok(skills.length > 0)
    }
  })

  test('the routes of health tell what they promise', async () => {
    for (const path of ['/health', '/v1/health']) {
      const { body } = await exchange(`${url}${path}`)
      assert.deepEqual(Object.keys(body).sort(), ['status', 'timestamp', 'version'])
      assert.equal(body.status, 'healthy')
    }
    assert.deepEqual((await exchange(`${url}/health/live`)).body, { status: 'live' })
    const ready = await exchange(`${url}/health/ready`)
    assert.deepEqual([ready.status, ready.body], [200, { status: 'ready', database: 'up', stopping: false }])
    const { body } = await exchange(`${url}/health/detail`)
    assert.equal(body.components.database.status, 'up')
    assert.equal(body.components.process.pid, process.pid)
    assert.equal(body.components.streams.open, 0)
  })

  test('queries of any kind change nothing', async () => {
    for (const query of [
      '?',
      '?a',
      '?a=1&a=2',
      '?__proto__=x&constructor=y',
      '?%E0%A4%A',
      '?a[b][c]=1',
      `?${'a=1&'.repeat(2000)}`,
    ]) {
      assert.equal((await exchange(`${url}/agents${query}`)).status, 200, query.slice(0, 40))
      const { body } = await post(`${url}/${query}`, {
        jsonrpc: '2.0',
        id: 1,
        method: 'message/send',
        params: message('hi'),
      })
      assert.equal(body.result.status.state, 'completed', query.slice(0, 40))
    }
  })

  test('a method that does not exist is no path either', async () => {
    assertRpcError(await post(`${url}/`, { jsonrpc: '2.0', id: 1, method: 'POST /agents' }), -32601, 1)
  })
})
