import assert from 'node:assert/strict'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { alice, bob, exchange, post, twoTokens } from '../../doors/support.ts'
import { configOf, type Platform } from '../../platform.ts'
import { call, errorOf, messageV03, messageV10, resultOf } from '../calls.ts'
import { check } from '../requirement.ts'

const missing = '00000000-0000-7000-8000-000000000000'

/** A task of alice. */
const taskOf = async (closed: Platform, agent = 'Echo') =>
  (await resultOf(closed, 'SendMessage', messageV10('hello', { agent }), alice)).task

/** Every operation on one task: none of them may tell whether it is there. */
const operations: [method: string, params: (id: string) => object][] = [
  ['GetTask', id => ({ id })],
  ['CancelTask', id => ({ id })],
  ['SubscribeToTask', id => ({ id })],
  ['SendMessage', taskId => messageV10('x', { taskId })],
  ['SendStreamingMessage', taskId => messageV10('x', { taskId })],
  ['tasks/get', id => ({ id })],
  ['tasks/cancel', id => ({ id })],
  ['tasks/resubscribe', id => ({ id })],
]

export const access = {
  everyRequest: check(
    'every call without valid credentials is refused with 401 and a challenge',
    async ({ closed }) => {
      const wrong: Record<string, string>[] = [
        {},
        { authorization: 'Bearer wrong-token' },
        { authorization: 'Basic YTpi' },
      ]
      const methods = [...operations.map(([method]) => method), 'ListTasks', 'message/send', 'GetExtendedAgentCard']
      for (const headers of wrong)
        for (const method of methods) {
          const answer = await call(closed, method, { ...messageV03('hello'), id: missing }, headers)
          assert.equal(answer.status, 401, method)
          assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer /)
        }
      assert.ok(await taskOf(closed))
    },
  ),

  asDeclared: check('the scheme that the card declares is the one that lets a caller in', async ({ closed }) => {
    const { body } = await exchange(`${closed.url}/.well-known/agent-card.json`, { headers: { 'a2a-version': '1.0' } })
    const [[name]] = body.securityRequirements.map(({ schemes }: { schemes: object }) => Object.keys(schemes))
    assert.deepEqual(body.securitySchemes[name], { httpAuthSecurityScheme: { scheme: 'Bearer' } })
    assert.equal((await call(closed, 'ListTasks', {}, alice)).status, 200)
    assert.equal((await call(closed, 'ListTasks', {}, { 'x-api-key': 'alice-secret-token' })).status, 401)
  }),

  forbidden: check('a caller that may not call at all is told so by 403', async ({ open }) => {
    const page = { origin: 'https://foreign.example' }
    const answer = await post(open.url, { jsonrpc: '2.0', id: 1, method: 'ListTasks' }, page)
    assert.deepEqual([answer.status, answer.body.error.code], [403, -31403])
  }),

  oneTask: check('a task of another caller answers every operation as one that does not exist', async ({ closed }) => {
    const { id } = await taskOf(closed, 'Asker')
    for (const [method, params] of operations) {
      const foreign = await call(closed, method, params(id), bob)
      assert.equal(foreign.body.error.code, -32001, method)
      assert.equal(foreign.raw, (await call(closed, method, params(missing), bob)).raw.replaceAll(missing, id))
    }
    const { status } = await resultOf(closed, 'GetTask', { id }, alice)
    assert.equal(status.state, 'TASK_STATE_INPUT_REQUIRED')
  }),

  listed: check('a listing shows the caller its own tasks only, whatever it filters by', async ({ closed }) => {
    const { id, contextId } = await taskOf(closed)
    for (const params of [{}, { contextId }, { contextId, status: 'TASK_STATE_COMPLETED' }, { pageSize: 100 }]) {
      const { tasks } = await resultOf(closed, 'ListTasks', params, bob)
      assert.equal(
        tasks.some((task: { id: string }) => task.id === id),
        false,
      )
      assert.equal((await resultOf(closed, 'ListTasks', { contextId }, bob)).totalSize, 0)
    }
    const { tasks } = await resultOf(closed, 'ListTasks', { contextId }, alice)
    assert.deepEqual(
      tasks.map((task: { id: string }) => task.id),
      [id],
    )
  }),

  checkedFirst: check('credentials are checked before the body is read or a task looked for', async ({ closed }) => {
    const { id } = await taskOf(closed)
    const known = await call(closed, 'GetTask', { id }, {})
    const unknown = await call(closed, 'GetTask', { id: missing }, {})
    assert.equal(known.raw, unknown.raw)
    assert.equal((await post(closed.url, '{ no json')).status, 401)
  }),

  secrets: check('no answer tells a token', async ({ closed }) => {
    for (const path of ['/agents', '/health', '/health/detail', '/.well-known/agent-card.json', '/nothing'])
      assert.doesNotMatch((await exchange(`${closed.url}${path}`, { headers: alice })).raw, /secret-token/)
    await taskOf(closed)
    const { raw } = await call(closed, 'ListTasks', { includeArtifacts: true, historyLength: 9 }, alice)
    assert.doesNotMatch(raw, /secret-token/)
    await errorOf(-31401, closed, 'ListTasks', {}, { authorization: 'Bearer wrong-secret-token' })
  }),

  logs: check('the log names no token, however talkative it is', async ({ closed }) => {
    const lines: string[] = []
    const log = createLogger({ level: 'trace', format: 'json', stream: { write: line => lines.push(line) } })
    await using server = await startServer(configOf(closed.database, { A2A_AUTH_TOKENS: twoTokens }), log)
    const platform = { ...closed, url: server.url }
    await resultOf(platform, 'ListTasks', {}, alice)
    await call(platform, 'ListTasks', {}, { authorization: 'Bearer wrong-secret-token' })
    await exchange(`${server.url}/agents?access_token=query-secret-token`, { headers: alice })
    assert.ok(lines.length > 3)
    assert.doesNotMatch(lines.join(''), /secret-token/)
  }),
}
