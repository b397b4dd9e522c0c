import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { withConnection } from '../connect.ts'
import { findPostmaster } from './postmaster.ts'
import { writeRuntime } from './runtime-file.ts'
import { startEmbedded } from './start-embedded.ts'

const log = () => {}

const processGroup = async (pid: number) => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[2]

test('the first start creates a cluster, the next one finds its data', async () => {
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'data')
  {
    await using database = await startEmbedded({ dataDir, log })
    assert.match(database.version, /^18\./)
    assert.equal(database.directory, join(dataDir, 'pg', '18'))
    assert.equal(database.notice, undefined)
    await withConnection(database.admin, client => client.query('create table kept as select 42 as answer'))
  }
  await using database = await startEmbedded({ dataDir, log })
  const { rows } = await withConnection(database.admin, client => client.query('select answer from kept'))
  assert.deepEqual(rows, [{ answer: 42 }])
})

test('the cluster is durable, sorts by code point and lets nobody in without a password', async () => {
  await using directory = await temporaryDirectory()
  await using database = await startEmbedded({ dataDir: directory.path, log })
  const { rows } = await withConnection(database.admin, client =>
    client.query(`select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages,
      current_setting('synchronous_commit') as commits, current_setting('server_encoding') as encoding,
      current_setting('data_checksums') as checksums, datlocprovider as provider, datlocale as locale,
      lower('Ä') as lower, (select array_agg(distinct auth_method) from pg_hba_file_rules) as auth
      from pg_database where datname = current_database()`),
  )
  assert.deepEqual(rows, [
    {
      ...{ fsync: 'on', pages: 'on', commits: 'on', encoding: 'UTF8', checksums: 'on' },
      ...{ provider: 'b', locale: 'C.UTF-8', lower: 'ä', auth: ['scram-sha-256'] },
    },
  ])
  await assert.rejects(
    withConnection({ ...database.admin, password: 'wrong' }, async () => {}),
    /password authentication failed/,
  )
  assert.equal((await stat(join(database.directory, 'codetether.password'))).mode & 0o777, 0o600)
  assert.equal((await stat(database.directory)).mode & 0o777, 0o700)
})

test('PostgreSQL listens on a socket and on a loopback port, and both are gone after the stop', async () => {
  await using directory = await temporaryDirectory()
  const database = await startEmbedded({ dataDir: directory.path, log })
  const overTcp = { ...database.admin, host: '127.0.0.1' }
  try {
    assert.equal(database.admin.host, database.directory)
    await withConnection(overTcp, client => client.query('select 1'))
  } finally {
    await database[Symbol.asyncDispose]()
  }
  assert.deepEqual(await database.exited, { expected: true, reason: 'PostgreSQL was stopped' })
  await assert.rejects(
    withConnection(overTcp, async () => {}),
    /ECONNREFUSED/,
  )
  assert.equal(await findPostmaster(database.directory), null)
})

test('a path that is too long for a socket leaves the loopback port', async () => {
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'd'.repeat(100))
  await using database = await startEmbedded({ dataDir, log })
  assert.equal(database.admin.host, '127.0.0.1')
  await withConnection(database.admin, client => client.query('select 1'))
})

test('a path with spaces and quotes works', async () => {
  await using directory = await temporaryDirectory()
  await using database = await startEmbedded({ dataDir: join(directory.path, `it's a "data", dir`), log })
  assert.equal(database.admin.host, database.directory)
})

test('Ctrl-C in the terminal does not reach PostgreSQL', { skip: process.platform !== 'linux' }, async () => {
  await using directory = await temporaryDirectory()
  await using database = await startEmbedded({ dataDir: directory.path, log })
  const pid = (await findPostmaster(database.directory))?.pid ?? 0
  assert.equal(await processGroup(pid), String(pid))
  assert.notEqual(await processGroup(process.pid), String(pid))
})

test('a second server on the same directory is refused and told where the first one answers', async () => {
  await using directory = await temporaryDirectory()
  const dataDir = directory.path
  await using database = await startEmbedded({ dataDir, log })
  await writeRuntime(dataDir, {
    ...{ pid: 4711, url: 'http://127.0.0.1:8000', version: '1.0.0', startedAt: new Date().toISOString() },
    database: database.admin,
  })
  await assert.rejects(startEmbedded({ dataDir, log }), {
    code: 'CONFLICT',
    message: `another server uses ${database.directory}; it answers at http://127.0.0.1:8000 (process 4711)`,
  })
  await withConnection(database.admin, client => client.query('select 1'))
})

test('of several first starts at once exactly one wins', async () => {
  await using directory = await temporaryDirectory()
  const starts = await Promise.allSettled([1, 2, 3].map(() => startEmbedded({ dataDir: directory.path, log })))
  const [winner, ...others] = starts.flatMap(start => (start.status === 'fulfilled' ? [start.value] : []))
  await using _database = winner ?? assert.fail(`nobody won: ${JSON.stringify(starts)}`)
  assert.deepEqual(others, [])
  const refusals = starts.flatMap(start => (start.status === 'rejected' ? [start.reason.code] : []))
  assert.deepEqual(refusals, ['CONFLICT', 'CONFLICT'])
})

test('a start that fails quotes the log of PostgreSQL', async () => {
  await using directory = await temporaryDirectory()
  const starting = startEmbedded({ dataDir: directory.path, log, settings: { work_mem: 'plenty' } })
  await assert.rejects(starting, { code: 'UNAVAILABLE', message: /invalid value for parameter "work_mem": "plenty"/ })
})
