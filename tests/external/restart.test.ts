import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { loadConfig } from '@codetether/server/config/load-config'
import { withConnection } from '@codetether/server/db/connect'
import { migrationsDirectory } from '@codetether/server/db/migrations-directory'
import { prepareDatabase } from '@codetether/server/db/prepare'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { waitUntil } from '@codetether/testing/wait-until'
import { agentOf, soon, to } from '../event-log.ts'
import { rpc } from '../platform.ts'
import { restartableCluster } from './restartable-cluster.ts'

const secret = 'the secret of a cluster that is restarted again and again'
const log = createLogger({ level: 'silent', format: 'json' })
const restarts = 2

/** Not pure: its tasks are stored before they run, and are taken up again where the restart interrupted them. */
const worker = agentOf('Worker', async (message, ctx) => {
  await turn()
  await ctx.reply(`done: ${message.messageId}`)
})

test('the server outlives restarts of its database, and no task that was acknowledged is lost', {
  timeout: 150_000,
}, async () => {
  await using cluster = await restartableCluster()
  await prepareDatabase(cluster.admin, { secret, directory: migrationsDirectory, log: () => {} })
  const { host, port } = cluster.admin
  const { config } = loadConfig({
    A2A_PORT: '0',
    CODETETHER_SECRET_KEY: secret,
    CODETETHER_DATA_DIR: '/dev/null',
    DATABASE_URL: `postgresql://${host}:${port}/codetether`,
  })
  await using server = await startServer(config, log, { agents: [worker] })
  let ended = false
  const end = () => {
    ended = true
  }
  server.stopped.then(end, end)
  const tasks = new Map<string, string>()
  let enough = false
  let refused = 0

  /** Submits again with the same message id until there is an answer: what clients are told to do. */
  const submit = async () => {
    while (!enough) {
      const params = to('Worker')
      const { messageId } = params.message
      const id = await waitUntil(
        'the message is accepted',
        async () => {
          const { result } = await rpc(server.url, { method: 'message/send', params: soon(params) })
          if (result === undefined) refused++
          return result?.id
        },
        60_000,
      )
      tasks.set(messageId, id)
    }
  }
  const submitting = Array.from({ length: 8 }, submit)
  for (let n = 1; n <= restarts; n++) {
    const before = tasks.size
    await waitUntil('tasks are accepted', () => tasks.size > before + 50, 60_000)
    await cluster.restartImmediately()
  }
  const before = tasks.size
  await waitUntil('tasks are accepted again', () => tasks.size > before + 50, 60_000)
  enough = true
  await Promise.all(submitting)
  assert.ok(refused > 0, 'the restarts were noticed')
  assert.equal(ended, false)
  assert.equal((await fetch(`${server.url}/health/ready`)).status, 200)
  for (const [messageId, id] of tasks) {
    const again = await rpc(server.url, { method: 'tasks/get', params: { id } })
    assert.equal(again.result?.history?.[0]?.messageId, messageId)
  }
  // What was interrupted goes on when its lease runs out; the test does not wait for the clock.
  await withConnection({ ...cluster.admin, database: 'codetether' }, client =>
    client.query('update tasks set lease_until = now() where lease_until is not null'),
  )
  const left = new Set(tasks.values())
  await waitUntil(
    'every task has ended',
    async () => {
      for (const id of left) {
        const { result } = await rpc(server.url, { method: 'tasks/get', params: { id } })
        if (result?.status.state === 'completed') left.delete(id)
      }
      return left.size === 0
    },
    60_000,
  )
})
