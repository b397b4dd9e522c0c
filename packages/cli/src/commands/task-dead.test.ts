import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '@codetether/server/config/load-config'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { z } from 'zod'
import { runCli } from '../testing/run-cli.ts'

const ada = 'token-of-ada-1234567890'
const bob = 'token-of-bob-1234567890'

const startOn = async ({ app, secret }: TestDatabase) => {
  const { config } = loadConfig({
    DATABASE_URL: `postgresql://${app.user}@localhost/${app.database}?host=${encodeURIComponent(app.host)}&port=${app.port}`,
    CODETETHER_SECRET_KEY: secret,
    CODETETHER_UNSAFE_DATABASE: 'true',
    A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}`,
    A2A_PORT: '0',
    CODETETHER_DATA_DIR: '/dev/null',
  })
  return startServer(config, createLogger({ level: 'silent', format: 'json' }))
}

/** Gives a task up: its only attempt fails. @returns its id. */
async function giveUp(url: string, title: string): Promise<string> {
  const post = async <T>(path: string, token: string, body: object, schema: z.ZodType<T>): Promise<T> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const response = await fetch(`${url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    assert.ok(response.ok, await response.clone().text())
    return schema.parse(await response.json())
  }
  const worker = { worker_id: 'w', name: 'w', global: true }
  const { worker_token } = await post('/agent/workers/register', ada, worker, z.object({ worker_token: z.string() }))
  const task = { prompt: 'x', title, max_attempts: 1 }
  const { task_id } = await post('/agent/tasks', ada, task, z.object({ task_id: z.string() }))
  const Claimed = z.object({ tasks: z.tuple([z.object({ attempt: z.number(), lease_token: z.string() })]) })
  const { tasks } = await post('/worker/tasks/claim', worker_token, { limit: 1 }, Claimed)
  const [{ attempt, lease_token }] = tasks
  const finish = { status: 'failed', error: 'broken', retry: true }
  const reports = [{ task_id, attempt, lease_token, worker_seq: 1, finish }]
  await post('/worker/tasks/report', worker_token, { reports }, z.looseObject({}))
  return task_id
}

test('task dead lists the caller’s tasks that were given up, and task redrive has them done over once', async () => {
  await using database = await testDatabase()
  await using server = await startOn(database)
  const [first, second] = [await giveUp(server.url, 'First'), await giveUp(server.url, 'Second')]
  const run = (token: string, ...args: string[]) =>
    runCli(['task', ...args], { env: { CODETETHER_SERVER: server.url, CODETETHER_TOKEN: token } })
  const listed = await run(ada, 'dead', '--json')
  assert.deepEqual(
    JSON.parse(listed.stdout).map(({ id, redriven_as }: Record<string, unknown>) => [id, redriven_as]),
    [
      [second, null],
      [first, null],
    ],
  )
  const shown = await run(ada, 'dead', '--limit', '1')
  assert.match(shown.stdout, new RegExp(`^GIVEN UP .*\\n20\\S+Z +${second} +1 +Second: attempt 1 has failed.*\\n$`))
  assert.equal((await run(bob, 'dead', '--json')).stdout.trim(), '[]')

  const done = await run(ada, 'redrive', first)
  const [, id] = new RegExp(`^task ${first}: done over as (\\S+)\\n$`).exec(done.stdout) ?? []
  assert.ok(id, done.stdout)
  const again = await run(ada, 'redrive', first, id, '--json')
  const results: Record<string, unknown>[] = JSON.parse(again.stdout)
  assert.deepEqual([again.code, results.map(({ ok }) => ok), results[0]?.redriven_as], [1, [true, false], id])
  const others = await run(bob, 'redrive', second)
  assert.deepEqual([others.code, others.stdout], [1, `task ${second}: Task not found\n`])
  for (const args of [['redrive'], ['redrive', 'x'], ['dead', '--limit', '0']])
    assert.equal((await run(ada, ...args)).code, 2, args.join(' '))
  assert.equal((await run('another-token-1234567890', 'dead')).code, 4)
})
