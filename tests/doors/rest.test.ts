import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { builtInAgents } from '@codetether/agents/built-in'
import { limits } from '@codetether/protocol/limits'
import { message, type Platform, type RpcBody, startPlatform } from '../platform.ts'
import {
  type Answer,
  alice,
  askingAgent,
  assertHttpError,
  bob,
  exchange,
  post,
  request,
  sayRaw,
  twoTokens,
} from './support.ts'

const missing = '01900000-0000-7000-8000-000000000000'

/** A message of v1.0 and one of the proto of v0.3. */
const v10 = (text: string, more: object = {}) => ({
  message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...more },
})
const v03 = (text: string, more: object = {}) => ({
  message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', content: [{ text }], ...more },
})

const infoOf = ({ body }: Answer): RpcBody => body?.error?.details?.[0] ?? body?.data?.[0]

function assertRefusal(answer: Answer, reason: string, status: number): void {
  assert.equal(infoOf(answer)?.reason, reason, answer.raw.slice(0, 500))
  assert.equal(answer.status, status)
}

/** An error of v0.3: bare, with the number of JSON-RPC. */
function assertV03Error({ body, status, raw }: Answer, code: number, http: number): void {
  assert.deepEqual(Object.keys(body).sort(), ['code', 'data', 'message'], raw)
  assert.deepEqual([body.code, status], [code, http])
}

describe('HTTP+JSON', () => {
  let platform: Platform
  before(async () => {
    platform = await startPlatform({ agents: [...builtInAgents, askingAgent] })
  })
  after(() => platform[Symbol.asyncDispose]())

  for (const base of ['/a2a/rest', '']) {
    const at = (path: string) => `${platform.url}${base}${path}`
    const send = async (text: string): Promise<RpcBody> => (await post(at('/message:send'), v10(text))).body.task

    describe(`below ${base || '/'}`, () => {
      test('answers with tasks of v1.0, also under a tenant, which is a routing key and nothing else', async () => {
        const sent = await post(at('/message:send'), v10('Calculate 25 * 4'))
        assert.equal(sent.status, 200)
        assert.equal(sent.body.task.status.state, 'TASK_STATE_COMPLETED')
        for (const tenant of ['', '/acme', '/%C3%A9', '/v1.0', '/a%20b']) {
          const read = await exchange(at(`${tenant}/tasks/${sent.body.task.id}`))
          assert.deepEqual(read.body, sent.body.task, tenant)
        }
      })

      test('answers with tasks of the proto of v0.3 below /v1', async () => {
        const { body, status } = await post(at('/v1/message:send'), v03('Calculate 25 * 4'))
        assert.deepEqual([status, body.task.status.state], [200, 'TASK_STATE_COMPLETED'])
        assert.match(body.task.status.message.content[0].text, /100/)
        const read = await exchange(at(`/v1/tasks/${body.task.id}?historyLength=0`))
        assert.deepEqual([read.body.id, read.body.history], [body.task.id, undefined])
        assert.equal(read.body.kind, undefined)
      })

      test('takes no reserved word for a tenant', async () => {
        for (const word of ['v1', 'a2a', 'health', 'api', 'metrics', 'mcp', '.well-known', '%76%31'])
          for (const path of ['tasks', `tasks/${missing}`, 'extendedAgentCard']) {
            const answer = await exchange(at(`/${word}/${path}`))
            // Of v0.3 there is more below /v1 than of v1.0 below a tenant.
            const isV03 = ['v1', '%76%31'].includes(word) && path === `tasks/${missing}`
            assertRefusal(answer, isV03 ? 'TASK_NOT_FOUND' : 'NOT_FOUND', 404)
          }
      })

      test('lists with all filters in the query', async () => {
        const { id, contextId } = await send('Calculate 2 + 2')
        const query = new URLSearchParams({
          ...{ contextId, status: 'TASK_STATE_COMPLETED', pageSize: '1', pageToken: '', historyLength: '1' },
          ...{ statusTimestampAfter: '2026-01-01T00:00:00Z', includeArtifacts: 'true', tenant: 'acme' },
        })
        const { body } = await exchange(at(`/tasks?${query}`))
        assert.deepEqual([body.tasks[0].id, body.tasks[0].history.length, body.tasks[0].artifacts.length], [id, 1, 1])
        assert.deepEqual([body.pageSize, body.totalSize, body.nextPageToken], [1, 1, ''])
      })

      for (const query of [
        'pageSize=0',
        'pageSize=101',
        'pageSize=ten',
        'pageSize=',
        'pageSize=1.5',
        'pageSize=1e1',
        'pageSize=1&pageSize=2',
        'historyLength=-1',
        'status=completed',
        'includeArtifacts=1',
        'includeArtifacts=TRUE',
        'statusTimestampAfter=yesterday',
        'contextId=a%00b',
        `contextId=${'x'.repeat(limits.idChars + 1)}`,
        'pageToken=forged',
        'page_size=1',
        'unknown=1',
        'constructor=1',
        '__proto__=1',
        'after=1',
      ])
        test(`refuses the query ${query.slice(0, 40)}`, async () => {
          const answer = await exchange(at(`/tasks?${query}`))
          assertHttpError(answer, 400)
          assertRefusal(answer, 'INVALID_PARAMS', 400)
        })

      test('refuses queries where there is nothing to ask, in the shape of each version', async () => {
        assertRefusal(await post(at('/message:send?historyLength=1'), v10('hello')), 'INVALID_PARAMS', 400)
        assertV03Error(await exchange(at(`/v1/tasks/${missing}?historyLength=x`)), -32602, 400)
        assertV03Error(await exchange(at(`/v1/tasks/${missing}?after=1`)), -32602, 400)
      })

      test('names fields as their writer does', async () => {
        const answer = await post(at('/v1/message:send'), v03('hello', { content: [{ file: { fileWithBytes: '!' } }] }))
        assertV03Error(answer, -32602, 400)
        assert.equal(answer.body.data[1].fieldViolations[0].field, 'message.content.0.file.fileWithBytes')
      })

      test('keeps to the version of its paths', async () => {
        const versions = (answer: Answer) => infoOf(answer).metadata.supportedVersions
        for (const given of ['1.0', '1.0.1', '']) {
          const { status } = await post(at('/message:send'), v10('hello'), { 'a2a-version': given })
          assert.equal(status, 200, given)
        }
        for (const given of ['0.3', '0.3.0', '']) {
          const { status } = await post(at('/v1/message:send'), v03('hello'), { 'a2a-version': given })
          assert.equal(status, 200, given)
        }
        const wrong = await post(at('/message:send'), v10('hello'), { 'a2a-version': '0.3' })
        assertRefusal(wrong, 'VERSION_NOT_SUPPORTED', 400)
        assert.deepEqual(versions(wrong), ['1.0'])
        const older = await post(at('/v1/message:send?A2A-Version=1.0'), v03('hello'))
        assertV03Error(older, -32009, 400)
        assert.deepEqual(versions(older), ['0.3'])
        assertRefusal(await exchange(at('/tasks?A2A-Version=2.0')), 'VERSION_NOT_SUPPORTED', 400)
        assert.equal((await exchange(at('/tasks?A2A-Version=1.0'))).status, 200)
      })

      for (const [verb, path, allow] of [
        ['GET', '/message:send', 'POST'],
        ['HEAD', `/tasks/${missing}:subscribe`, 'GET, POST'],
        ['DELETE', `/tasks/${missing}`, 'GET, HEAD'],
        ['PUT', '/acme/tasks', 'GET, HEAD'],
        ['GET', `/acme/tasks/${missing}:cancel`, 'POST'],
        ['PATCH', `/tasks/${missing}/pushNotificationConfigs/a`, 'GET, HEAD, DELETE'],
        ['PUT', `/v1/tasks/${missing}`, 'GET, HEAD'],
        ['POST', '/v1/card', 'GET, HEAD'],
      ] as const)
        test(`${verb} ${path} is answered with 405 and what is allowed`, async () => {
          const answer = await exchange(at(path), { method: verb })
          assert.equal(answer.status, 405)
          assert.deepEqual(answer.headers.get('allow')?.split(', ').sort(), allow.split(', ').sort())
          if (verb === 'HEAD') return
          if (path.startsWith('/v1')) assertV03Error(answer, -31405, 405)
          else assertHttpError(answer, 405)
        })

      test('answers with the type that the caller takes', async () => {
        const typeFor = async (accept: string, path = '/tasks') => {
          const answer = await exchange(at(path), { headers: { accept } })
          return [answer.status, answer.headers.get('content-type')]
        }
        const plain = [200, 'application/json; charset=utf-8']
        for (const accept of [
          '*/*',
          'application/json',
          'application/*;q=0.5',
          'text/html, */*;q=0.1',
          'Application/JSON',
        ])
          assert.deepEqual(await typeFor(accept), plain, accept)
        const own = [200, 'application/a2a+json; charset=utf-8']
        assert.deepEqual(await typeFor('application/a2a+json, application/json'), own)
        for (const accept of ['text/html', 'application/json;q=0', 'text/event-stream', 'x'])
          assert.deepEqual(await typeFor(accept), [406, 'application/json; charset=utf-8'], accept)
        const stream = await post(at('/message:stream'), v10('hello'), { accept: 'application/json' })
        assertRefusal(stream, 'NOT_ACCEPTABLE', 406)
      })

      test('takes JSON under both of its types and nothing else', async () => {
        for (const type of ['application/json', 'application/a2a+json', 'application/json; charset=utf-8'])
          assert.equal((await post(at('/message:send'), v10('hello'), { 'content-type': type })).status, 200, type)
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/grpc', 'json']) {
          assertHttpError(await post(at('/message:send'), v10('hello'), { 'content-type': type }), 415)
          assertV03Error(await post(at('/v1/message:send'), v03('hello'), { 'content-type': type }), -31415, 415)
        }
      })

      for (const [what, body, reason, status] of [
        ['no JSON', '{', 'PARSE_ERROR', 400],
        ['nothing', '', 'INVALID_PARAMS', 400],
        ['null', 'null', 'INVALID_PARAMS', 400],
        ['a list', '[]', 'INVALID_PARAMS', 400],
        ['a text', '"hello"', 'INVALID_PARAMS', 400],
        ['duplicate keys', '{"message":{},"message":{}}', 'INVALID_REQUEST', 400],
        ['NUL', '{"message":"\\u0000"}', 'INVALID_PARAMS', 400],
        ['a prototype', '{"__proto__":{}}', 'INVALID_PARAMS', 400],
        ['too much', `"${'x'.repeat(limits.bodyBytes)}"`, 'TOO_LARGE', 413],
      ] as const)
        test(`refuses a body of ${what}`, async () => {
          for (const path of ['/message:send', '/v1/message:stream', '/acme/message:stream'])
            assertRefusal(await post(at(path), body), reason, status)
        })

      test('leaves fields alone that it does not know, as JSON-RPC does', async () => {
        const more = { id: 'x', principal: 'admin', tenantId: 'y', state: 'TASK_STATE_FAILED' }
        const { body } = await post(at('/message:send'), {
          ...v10('Calculate 1 + 1', more),
          ...more,
          configuration: more,
        })
        assert.equal(body.task.status.state, 'TASK_STATE_COMPLETED')
        assert.notEqual(body.task.id, 'x')
      })

      test('acts on the task of the path, and refuses a body that names another one', async () => {
        const { id } = await send('Calculate 1 + 1')
        assertRefusal(await post(at(`/tasks/${id}:cancel`), { id: missing }), 'INVALID_PARAMS', 400)
        for (const body of ['', 'null', '{}', { id }])
          assertRefusal(await post(at(`/tasks/${id}:cancel`), body), 'TASK_NOT_CANCELABLE', 400)
      })

      for (const id of [missing, 'task-123', "'%20or%201=1", '%F0%9F%98%80', '..%5c..', 'a'.repeat(256)])
        test(`the id ${id.slice(0, 40)} is of no task`, async () => {
          for (const [verb, path] of [
            ['GET', `/tasks/${id}`],
            ['POST', `/tasks/${id}:cancel`],
            ['GET', `/tasks/${id}:subscribe`],
            ['POST', `/acme/tasks/${id}:subscribe`],
          ] as const)
            assertRefusal(await exchange(at(path), { method: verb }), 'TASK_NOT_FOUND', 404)
          assertV03Error(await exchange(at(`/v1/tasks/${id}`)), -32001, 404)
        })

      test('paths that are nearly those of the binding are none', async () => {
        for (const path of [
          '/tasks/',
          '//tasks',
          '/tasks//',
          '/tasks/a%2fb',
          '/tasks/a%00b',
          '/tasks/a:b:cancel',
          '/tasks/:cancel',
          '/tasks/a:',
          '/tasks/a:explode',
          '/message:send/',
          '/message:explode',
          '/a%2fb/tasks',
          '/a%00/tasks',
          '/a/b/tasks',
          '/../tasks/%2e%2e/x',
          '/v1/tasks',
          '/v1/acme/message:send',
        ]) {
          const lines = [`POST ${base}${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', 'Content-Length: 0']
          assert.equal((await sayRaw(platform.url, request(...lines))).status, 404, path)
        }
        assertRefusal(await exchange(at(`/tasks/${'x'.repeat(300)}`)), 'INVALID_PARAMS', 400)
      })
    })
  }

  test('shows what JSON-RPC has stored, and the other way round', async () => {
    const { result } = await platform.rpc('message/send', message('from JSON-RPC'))
    const { body } = await exchange(`${platform.url}/tasks/${result.id}`)
    assert.deepEqual([body.id, body.contextId], [result.id, result.contextId])
    const { task } = (await post(`${platform.url}/v1/message:send`, v03('from REST'))).body
    const { result: read } = await platform.rpc('GetTask', { id: task.id })
    assert.equal(read.history[0].parts[0].text, 'from REST')
  })

  test('a message that asks back goes on with the answer, and its id is known over each binding', async () => {
    const first = v10('Who?', { metadata: { agent: 'Prober' } })
    const asked = (await post(`${platform.url}/message:send`, first)).body.task
    assert.equal(asked.status.state, 'TASK_STATE_INPUT_REQUIRED')
    const again = await platform.rpc('SendMessage', first)
    assert.equal(again.result.task.id, asked.id)
    const answered = await post(`${platform.url}/v1/message:send`, v03('me', { taskId: asked.id }))
    assert.equal(answered.body.task.status.state, 'TASK_STATE_COMPLETED')
  })

  test('a configuration of v0.3 that does not say blocking does not wait', async () => {
    const { body } = await post(`${platform.url}/v1/message:send`, { ...v03('hello'), configuration: {} })
    assert.ok(body.task.id)
    assert.notEqual(body.task.status.state, 'TASK_STATE_UNSPECIFIED')
  })

  test('pages of allowed origins may delete, too', async () => {
    const { headers } = await exchange(`${platform.url}/tasks`, { method: 'OPTIONS' })
    assert.match(headers.get('access-control-allow-methods') ?? '', /\bDELETE\b/)
  })
})

describe('HTTP+JSON with tokens', () => {
  let platform: Platform
  before(async () => {
    platform = await startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens, A2A_PUBLIC_SKILLS: 'task-management' } })
  })
  after(() => platform[Symbol.asyncDispose]())

  test('asks for credentials before it reads anything, in the shape of each version', async () => {
    for (const body of ['', '{', 'x'.repeat(limits.bodyBytes + 1)]) {
      const [newer, older] = await Promise.all(
        ['/message:send', '/v1/message:send'].map(path => post(`${platform.url}${path}`, body).catch(() => null)),
      )
      // A caller that is still sending may lose the answer.
      assert.ok((newer && older) || body.length > 1000)
      if (newer) assertHttpError(newer, 401)
      if (older) assertV03Error(older, -31401, 401)
      for (const answer of [newer, older]) assert.match(answer?.headers.get('www-authenticate') ?? 'Bearer', /^Bearer/)
    }
  })

  test('shows nobody the tasks of somebody else, whatever the tenant', async () => {
    const { task } = (await post(`${platform.url}/acme/message:send`, v10('a secret'), alice)).body
    for (const path of [
      '/tasks/ID',
      '/acme/tasks/ID',
      '/v1/tasks/ID',
      '/acme/tasks/ID:subscribe',
      '/v1/tasks/ID:subscribe',
    ]) {
      const ask = (id: string) => exchange(`${platform.url}${path.replace('ID', id)}`, { headers: bob })
      const [theirs, none] = await Promise.all([ask(task.id), ask(missing)])
      assert.equal(theirs.status, 404)
      assert.equal(theirs.raw, none.raw)
    }
    assert.equal((await exchange(`${platform.url}/acme/tasks`, { headers: bob })).body.totalSize, 0)
  })

  test('shows the card with all skills to callers with a token', async () => {
    const newer = await exchange(`${platform.url}/extendedAgentCard`, { headers: alice })
    assert.ok(newer.body.skills.length > 1 && newer.body.supportedInterfaces.length > 1)
    const older = await exchange(`${platform.url}/v1/card`, { headers: alice })
    assert.equal(older.body.skills.length, newer.body.skills.length)
    assert.deepEqual(older.body.securitySchemes.token, { httpAuthSecurityScheme: { scheme: 'bearer' } })
  })
})
