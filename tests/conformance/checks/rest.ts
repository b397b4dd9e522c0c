import assert from 'node:assert/strict'
import { restPaths } from '@codetether/server/a2a/rest/rest-paths'
import { messagesIn } from '../../doors/sse.ts'
import { type Answer, alice, assertHttpError, exchange, post } from '../../doors/support.ts'
import { message, type Platform, type RpcBody } from '../../platform.ts'
import { messageV10, resultOf, sendV10, type Target } from '../calls.ts'
import { check } from '../requirement.ts'

const missing = '00000000-0000-7000-8000-000000000000'
const at = ({ url }: Platform, path: string) => `${url}/a2a/rest${path}`

const protoMessage = (text: string, more: object = {}) => ({
  message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', content: [{ text }], ...more },
})

/** Each error of A2A that this server can answer with over HTTP+JSON: its name, its status, and a request that gets it. */
async function refusals(open: Target): Promise<[reason: string, status: number, answer: Answer][]> {
  const { id } = await sendV10(open, 'hello')
  const unheard = { ...messageV10('hello'), configuration: { acceptedOutputModes: ['image/png'] } }
  return [
    ['TASK_NOT_FOUND', 404, await exchange(at(open, `/tasks/${missing}`))],
    ['TASK_NOT_CANCELABLE', 400, await post(at(open, `/tasks/${id}:cancel`), '')],
    ['UNSUPPORTED_OPERATION', 400, await exchange(at(open, `/tasks/${id}:subscribe`))],
    ['CONTENT_TYPE_NOT_SUPPORTED', 400, await post(at(open, '/message:send'), unheard)],
    ['VERSION_NOT_SUPPORTED', 400, await exchange(at(open, '/tasks'), { headers: { 'a2a-version': '9.9' } })],
    ['INVALID_PARAMS', 400, await exchange(at(open, '/tasks?pageSize=0'))],
  ]
}

/** The frames of a stream over HTTP+JSON. */
const framesOf = ({ raw }: Answer): RpcBody[] => messagesIn(raw).map(({ data }) => data)

export const rest = {
  paths: check('each operation of HTTP+JSON has its path and its verb, and no other one', async ({ open }) => {
    const fill = (path: string) => path.replace(/\{\w+\}/g, missing)
    const byPath = Map.groupBy(
      restPaths.filter(({ path }) => path.startsWith('/a2a/rest') && !path.includes('{tenant}')),
      ({ path }) => path,
    )
    for (const [path, rows] of byPath) {
      const verbs = rows.map(({ route }) => route.verb)
      for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const) {
        const { status } = await exchange(`${open.url}${fill(path)}`, { method })
        if (verbs.some(verb => verb === method)) assert.notEqual(status, 405, `${method} ${path}`)
        else assert.equal(status, 405, `${method} ${path}`)
      }
    }
    const older = [...byPath.keys()].filter(path => path.startsWith('/a2a/rest/v1/'))
    for (const path of [
      '/message:send',
      '/message:stream',
      '/tasks/{id}',
      '/tasks/{id}:cancel',
      '/tasks/{id}:subscribe',
      '/card',
    ])
      assert.ok(older.includes(`/a2a/rest/v1${path}`), path)
  }),

  json: check('requests and answers of HTTP+JSON are JSON', async ({ open }) => {
    for (const [path, body] of [
      ['/message:send', messageV10('hello')],
      ['/v1/message:send', protoMessage('hello')],
    ] as const) {
      const { headers } = await post(at(open, path), body)
      assert.match(headers.get('content-type') ?? '', /^application\/json/)
      assert.equal((await post(at(open, path), body, { 'content-type': 'text/plain' })).status, 415)
    }
  }),

  mediaType: check('HTTP+JSON takes application/a2a+json, and answers with it whoever accepts it', async ({ open }) => {
    const type = 'application/a2a+json'
    const typeOf = (answer: Answer) => answer.headers.get('content-type')?.split(';')[0]
    const sent = await post(at(open, '/message:send'), messageV10('hello'), { 'content-type': type, accept: type })
    assert.deepEqual([sent.status, typeOf(sent)], [200, type])
    const refused = await exchange(at(open, `/tasks/${missing}`), { headers: { accept: type } })
    assert.deepEqual([refused.status, typeOf(refused)], [404, type])
  }),

  statuses: check('each error of A2A has its HTTP status and its ErrorInfo', async ({ open, closed }) => {
    for (const [reason, status, answer] of await refusals(open)) {
      assertHttpError(answer, status)
      const [info] = answer.body.error.details
      assert.deepEqual([info.reason, info.domain], [reason, 'a2a-protocol.org'])
      for (const detail of answer.body.error.details)
        assert.match(detail['@type'], /^type\.googleapis\.com\/google\.rpc\.\w+$/)
    }
    assertHttpError(await exchange(at(closed, '/tasks')), 401)
  }),

  olderErrors: check('errors of HTTP+JSON in v0.3 have the codes of A2A', async ({ open }) => {
    const { id } = await sendV10(open, 'hello')
    for (const [code, status, answer] of [
      [-32001, 404, await exchange(at(open, `/v1/tasks/${missing}`))],
      [-32002, 400, await post(at(open, `/v1/tasks/${id}:cancel`), '')],
      [-32602, 400, await post(at(open, '/v1/message:send'), {})],
    ] as const) {
      assert.deepEqual([answer.body.code, answer.status], [code, status])
      assert.deepEqual(Object.keys(answer.body).sort(), ['code', 'data', 'message'])
    }
  }),

  streams: check('streams of HTTP+JSON are server-sent events', async ({ open }) => {
    for (const [path, body] of [
      ['/message:stream', messageV10('hello')],
      ['/v1/message:stream', protoMessage('hello')],
    ] as const) {
      const answer = await post(at(open, path), body)
      assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
      const kinds = framesOf(answer).map(frame => Object.keys(frame).join())
      assert.deepEqual(kinds, ['task', 'statusUpdate', 'artifactUpdate', 'statusUpdate'])
    }
  }),

  serviceParameters: check('HTTP+JSON reads the service parameters in headers', async ({ open }) => {
    for (const name of ['A2A-Version', 'a2a-version']) {
      assert.equal((await exchange(at(open, '/tasks'), { headers: { [name]: '1.0' } })).status, 200)
      assert.equal((await exchange(at(open, '/tasks'), { headers: { [name]: '9.9' } })).status, 400)
    }
  }),

  queries: check('GET takes what it needs from path and query, in camelCase and encoded', async ({ open }) => {
    const contextId = `a b&c=${crypto.randomUUID()}/é+`
    const { id } = await sendV10(open, 'hello', { contextId })
    const query = new URLSearchParams({ contextId, historyLength: '1', includeArtifacts: 'true' })
    const { body } = await exchange(at(open, `/tasks?${query}`))
    assert.deepEqual([body.totalSize, body.tasks[0].id, body.tasks[0].history.length], [1, id, 1])
    assert.equal((await exchange(at(open, `/tasks?context_id=x`))).status, 400)
  }),

  equivalent: check(
    'one binding shows what the other has stored, alike in data and in errors',
    async ({ open, closed }) => {
      const task = await sendV10(open, 'Calculate 25 * 4')
      assert.deepEqual((await exchange(at(open, `/tasks/${task.id}`))).body, task)
      const { body } = await post(at(open, '/message:send'), messageV10('hello'))
      assert.deepEqual(await resultOf(open, 'GetTask', { id: body.task.id }), body.task)
      const listed = (await exchange(at(open, '/tasks?pageSize=2'))).body
      assert.deepEqual(await resultOf(open, 'ListTasks', { pageSize: 2 }), listed)
      const theirs = await resultOf(closed, 'message/send', message('hello'), alice)
      assert.equal((await exchange(at(closed, `/v1/tasks/${theirs.id}`), { headers: alice })).body.id, theirs.id)
      assert.equal((await exchange(at(closed, `/v1/tasks/${theirs.id}`))).status, 401)
    },
  ),
}
