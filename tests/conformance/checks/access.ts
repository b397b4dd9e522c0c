import assert from 'node:assert/strict'
import { withConnection } from '@codetether/server/db/connect'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { alice, bob, exchange, post, twoTokens } from '../../doors/support.ts'
import { configOf } from '../../platform.ts'
import { call, errorOf, messageV03, messageV10, resultOf, type Target } from '../calls.ts'
import { check, everywhere } from '../requirement.ts'
import { scraper } from '../subject.ts'

const missing = '00000000-0000-7000-8000-000000000000'

/** A task of alice. */
const taskOf = async (closed: Target, agent = 'Echo') =>
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
  everyRequest: everywhere(
    'every call without valid credentials is refused, and told which scheme it takes',
    async ({ closed }) => {
      const methods = [...operations, ['ListTasks', () => ({})], ['GetExtendedAgentCard', () => ({})]] as const
      for (const authorization of ['', 'Bearer wrong-token', 'Basic YTpi'])
        for (const [method, params] of methods) {
          const headers: Record<string, string> = authorization ? { authorization } : {}
          const { metadata } = await errorOf('UNAUTHENTICATED', closed, method, params(missing), headers)
          assert.deepEqual(metadata, { scheme: 'Bearer', header: 'authorization' })
        }
      assert.ok(await taskOf(closed))
    },
  ),

  challenge: check('over HTTP such a call is answered with 401 and a challenge', async ({ closed }) => {
    for (const answer of [
      await call(closed, 'message/send', messageV03('hello')),
      await call(closed, 'GetExtendedAgentCard', {}, { authorization: 'Bearer wrong-token' }),
      await exchange(`${closed.url}/a2a/rest/tasks`),
      await exchange(`${closed.url}/a2a/rest/v1/card`),
    ]) {
      assert.equal(answer.status, 401)
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer /)
    }
  }),

  asDeclared: everywhere('the scheme that the card declares is the one that lets a caller in', async ({ closed }) => {
    const { body } = await exchange(`${closed.url}/.well-known/agent-card.json`, { headers: { 'a2a-version': '1.0' } })
    const [[name]] = body.securityRequirements.map(({ schemes }: { schemes: object }) => Object.keys(schemes))
    assert.deepEqual(body.securitySchemes[name], { httpAuthSecurityScheme: { scheme: 'Bearer' } })
    assert.ok(await resultOf(closed, 'ListTasks', {}, alice))
    await errorOf('UNAUTHENTICATED', closed, 'ListTasks', {}, { 'x-api-key': 'alice-secret-token' })
  }),

  permission: everywhere('a caller whose token does not reach so far is told what it lacks', async ({ closed }) => {
    const { metadata } = await errorOf('FORBIDDEN', closed, 'ListTasks', {}, scraper)
    assert.match(metadata.permission, /^(?:agents|tasks):read$/)
  }),

  forbidden: check('a caller that may not call at all is told so by 403', async ({ open }) => {
    const page = { origin: 'https://foreign.example' }
    const answer = await post(open.url, { jsonrpc: '2.0', id: 1, method: 'ListTasks' }, page)
    assert.deepEqual([answer.status, answer.body.error.code], [403, -31403])
  }),

  oneTask: everywhere(
    'a task of another caller answers every operation as one that does not exist',
    async ({ closed }) => {
      const { id } = await taskOf(closed, 'Asker')
      for (const [method, params] of operations) {
        await errorOf('TASK_NOT_FOUND', closed, method, params(id), bob)
        const foreign = await call(closed, method, params(id), bob)
        assert.equal(foreign.raw, (await call(closed, method, params(missing), bob)).raw.replaceAll(missing, id))
      }
      const { status } = await resultOf(closed, 'GetTask', { id }, alice)
      assert.equal(status.state, 'TASK_STATE_INPUT_REQUIRED')
    },
  ),

  listed: everywhere('a listing shows the caller its own tasks only, whatever it filters by', async ({ closed }) => {
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

  checkedFirst: everywhere(
    'credentials are checked before the body is read or a task looked for',
    async ({ closed }) => {
      const { id } = await taskOf(closed)
      const known = await call(closed, 'GetTask', { id }, {})
      const unknown = await call(closed, 'GetTask', { id: missing }, {})
      assert.equal(known.raw, unknown.raw)
      assert.equal((await post(closed.url, '{ no json')).status, 401)
    },
  ),

  secrets: everywhere('no answer tells a token', async ({ closed }) => {
    for (const path of ['/agents', '/health', '/health/detail', '/.well-known/agent-card.json', '/nothing'])
      assert.doesNotMatch((await exchange(`${closed.url}${path}`, { headers: alice })).raw, /secret-token/)
    await taskOf(closed)
    const { raw } = await call(closed, 'ListTasks', { includeArtifacts: true, historyLength: 9 }, alice)
    assert.doesNotMatch(raw, /secret-token/)
    await errorOf('UNAUTHENTICATED', closed, 'ListTasks', {}, { authorization: 'Bearer wrong-secret-token' })
  }),

  logs: check(
    'the log tells of each caller that is refused, and names no token, however talkative it is',
    async ({ closed }) => {
      const lines: string[] = []
      const log = createLogger({ level: 'trace', format: 'json', stream: { write: line => lines.push(line) } })
      await using server = await startServer(configOf(closed.database, { A2A_AUTH_TOKENS: twoTokens }), log)
      const target = { ...closed, url: server.url }
      await resultOf(target, 'ListTasks', {}, alice)
      await call(target, 'ListTasks', {}, { authorization: 'Bearer wrong-secret-token' })
      await exchange(`${server.url}/agents?access_token=query-secret-token`, { headers: alice })
      assert.doesNotMatch(lines.join(''), /secret-token/)
      const refused = lines.map(line => JSON.parse(line)).filter(({ code }) => code === 'UNAUTHENTICATED')
      assert.deepEqual(
        refused.map(({ level, remoteAddress }) => [level, remoteAddress]),
        [['warn', '127.0.0.1']],
      )
    },
  ),

  counted: check('calls are counted by method and outcome, and tasks by agent and state', async ({ closed }) => {
    await taskOf(closed)
    await errorOf('TASK_NOT_FOUND', closed, 'GetTask', { id: missing }, alice)
    const { raw } = await exchange(`${closed.url}/metrics`, { headers: scraper })
    assert.match(raw, /^codetether_rpc_calls_total\{.*code="TASK_NOT_FOUND".*\} \d+$/m)
    assert.match(raw, /^codetether_rpc_calls_total\{.*method="SendMessage".*\} \d+$/m)
    assert.match(raw, /^codetether_tasks.*\{.*agent="Echo".*\} \d+$/m)
  }),

  audited: check('the log of a task names who caused each event', async ({ closed }) => {
    const { id } = await taskOf(closed, 'Asker')
    await resultOf(closed, 'CancelTask', { id }, alice)
    const { rows } = await withConnection(closed.database.admin, client =>
      client.query<{ actor: string }>('select actor from task_events where task_id = $1 order by seq', [id]),
    )
    assert.deepEqual([rows[0]?.actor, rows.at(-1)?.actor], ['Asker', 'token:alice'])
  }),
}
