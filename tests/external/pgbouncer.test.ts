import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInAgents } from '@codetether/agents/built-in'
import { openDatabase } from '@codetether/server/db/open-database'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { testDatabase } from '@codetether/testing/test-database'
import { openStream } from '../doors/sse.ts'
import { assertNoOrphans, assertSoundLog, heldAgent, soon, to } from '../event-log.ts'
import { endOf, runNode, workspace } from '../journeys/server-process.ts'
import { configOf, databaseUrl, message, startPlatform } from '../platform.ts'
import { pgbouncer, startPooler } from './pooler.ts'

const { skip } = pgbouncer
const log = createLogger({ level: 'silent', format: 'json' })

test('submissions, readers, streams and cancels go through a pooler of transactions', { skip }, async () => {
  await using database = await testDatabase()
  await using pooler = await startPooler(database)
  const held = heldAgent()
  await using platform = await startPlatform({
    database,
    agents: [...builtInAgents, held.agent],
    env: { DATABASE_URL: pooler.url(), DATABASE_POOL_SIZE: '8' },
  })
  const canceled = (await platform.rpc('message/send', soon(to('Held')))).result.id
  await held.started
  const sums = Array.from({ length: 200 }, (_, n) => n)
  const tasks = await Promise.all(
    sums.map(async n => {
      const { result } = await platform.rpc('message/send', message(`Calculate ${n} + 1`))
      const read = await platform.rpc('tasks/get', { id: result.id })
      assert.equal(read.result.status.state, 'completed')
      assert.match(JSON.stringify(read.result.artifacts), new RegExp(`\\b${n + 1}\\b`))
      return result.id
    }),
  )
  await Promise.all(
    sums.slice(0, 20).map(async n => {
      const stream = await openStream(platform.url, { method: 'message/stream', params: message(`Echo ${n}`) })
      const frames = await stream.rest()
      assert.equal(frames.at(-1)?.body.result.final, true)
    }),
  )
  const { result } = await platform.rpc('tasks/cancel', { id: canceled })
  assert.equal(result.status.state, 'canceled')
  held.tell(async () => undefined)
  await held.ended
  for (const id of [canceled, ...tasks.slice(0, 10)]) await assertSoundLog(database, id)
  await assertNoOrphans(database)
})

test('a pooler that the URL does not speak of is refused, with the way out', { skip }, async () => {
  await using database = await testDatabase()
  await using pooler = await startPooler(database)
  const start = startServer(configOf(database, { DATABASE_URL: pooler.url('') }), log)
  await assert.rejects(start, {
    code: 'CONFLICT',
    message: /connection pooler .* add \?pgbouncer=true to DATABASE_URL/,
  })
})

test('what needs a session goes to the database itself, or nowhere', { skip }, async () => {
  await using database = await testDatabase()
  await using pooler = await startPooler(database)
  const open = (env: Record<string, string>) => openDatabase(configOf(database, env), log)
  const DATABASE_URL = pooler.url()
  {
    await using only = await open({ DATABASE_URL })
    assert.deepEqual([only.isPooled, only.direct], [true, null])
  }
  {
    await using both = await open({ DATABASE_URL, DATABASE_DIRECT_URL: databaseUrl(database) })
    assert.deepEqual([both.direct?.user, both.direct?.port], ['ct_system', database.admin.port])
    assert.notEqual(both.system.port, database.admin.port)
  }
  {
    await using sessions = await open({ DATABASE_URL: pooler.url('?pgbouncer=false') })
    assert.equal(sessions.direct, sessions.system)
  }
  await assert.rejects(open({ DATABASE_URL, DATABASE_DIRECT_URL: pooler.url('') }), {
    code: 'CONFLICT',
    message: /DATABASE_DIRECT_URL leads to a connection pooler/,
  })
})

test('migrations do not go through a pooler, even if the URL does not speak of it', { skip }, async () => {
  await using database = await testDatabase()
  await using pooler = await startPooler(database)
  await using directory = await temporaryDirectory()
  const url = Object.assign(new URL(pooler.url('')), { username: 'ct_app', password: database.app.password })
  await using program = runNode([`${workspace}/packages/cli/bin/codetether.js`, 'migrate', '--url', url.href], {
    cwd: directory.path,
    env: { CODETETHER_SECRET_KEY: database.secret },
  })
  const { code } = await endOf(program)
  assert.equal(code, 2)
  assert.match(program.output(), /a connection pooler stands before the database.*\nhint: set DATABASE_DIRECT_URL/)
})
