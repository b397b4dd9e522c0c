import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { spawnEmbeddedOwner } from '@codetether/testing/embedded-owner'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { withConnection } from '../connect.ts'
import { findPostmaster } from './postmaster.ts'
import { startEmbedded } from './start-embedded.ts'

const log = () => {}
const pidOn = async (cluster: string) => (await findPostmaster(cluster))?.pid

test('a server that was killed leaves PostgreSQL running, and the next one takes it over', async () => {
  await using directory = await temporaryDirectory()
  await using owner = spawnEmbeddedOwner({ dataDir: directory.path })
  const pid = await owner.started
  await owner.kill()
  const lines: string[] = []
  const database = await startEmbedded({ dataDir: directory.path, log: line => lines.push(line) })
  try {
    assert.equal(await pidOn(database.directory), pid)
    assert.match(lines.join('\n'), new RegExp(`took over PostgreSQL \\(process ${pid}\\)`))
    await assert.rejects(startEmbedded({ dataDir: directory.path, log }), { code: 'CONFLICT' })
  } finally {
    await database[Symbol.asyncDispose]()
  }
  assert.equal(await pidOn(database.directory), undefined)
})

test('of several servers that find an orphan exactly one takes it over', async () => {
  await using directory = await temporaryDirectory()
  await using owner = spawnEmbeddedOwner({ dataDir: directory.path })
  await owner.started
  await owner.kill()
  const starts = await Promise.allSettled([1, 2, 3].map(() => startEmbedded({ dataDir: directory.path, log })))
  const winners = starts.flatMap(start => (start.status === 'fulfilled' ? [start.value] : []))
  for (const winner of winners) await winner[Symbol.asyncDispose]()
  assert.equal(winners.length, 1)
})

test('a process that does not stop PostgreSQL can end all the same', async () => {
  await using directory = await temporaryDirectory()
  const owner = spawnEmbeddedOwner({ dataDir: directory.path, leaves: true })
  const pid = await owner.started
  await owner[Symbol.asyncDispose]()
  assert.equal(owner.child.exitCode, 0)
  await using database = await startEmbedded({ dataDir: directory.path, log })
  assert.equal(await pidOn(database.directory), pid)
})

test('a first start that was killed in the middle leaves nothing in the way of the next one', async () => {
  await using directory = await temporaryDirectory()
  const inside = join(directory.path, 'pg')
  await using owner = spawnEmbeddedOwner({ dataDir: directory.path })
  const unfinished = await waitUntil('initdb has begun', async () => {
    const name = (await readdir(inside).catch((): string[] => [])).find(entry => entry.startsWith('18.tmp-'))
    const made = await readdir(join(inside, name ?? '', 'cluster')).catch((): string[] => [])
    return made.includes('global') ? name : null
  })
  await owner.kill()
  assert.deepEqual(await readdir(inside), [unfinished])
  await using _database = await startEmbedded({ dataDir: directory.path, log })
  assert.deepEqual(await readdir(inside), ['18'])
})

test('the end of PostgreSQL is told, and a stale lock file with the pid of another process does no harm', async () => {
  await using directory = await temporaryDirectory()
  await using database = await startEmbedded({ dataDir: directory.path, log })
  const pid = (await pidOn(database.directory)) ?? assert.fail('no postmaster')
  const lockFile = join(database.directory, 'postmaster.pid')
  const content = await readFile(lockFile, 'utf8')
  process.kill(pid, 'SIGKILL')
  const { expected, reason } = await database.exited
  assert.equal(expected, false)
  assert.match(reason, /PostgreSQL ended/)
  // After a restart of the machine or of a container, somebody else has the pid.
  await writeFile(lockFile, content.replace(String(pid), String(process.pid)))
  await using _again = await startEmbedded({ dataDir: directory.path, log })
  assert.notEqual(await pidOn(database.directory), process.pid)
})

test('the crash of one backend, which ends all connections, does not lose the ownership', async () => {
  await using directory = await temporaryDirectory()
  await using database = await startEmbedded({ dataDir: directory.path, log })
  const owners = () =>
    withConnection(database.admin, async client => {
      const { rows } = await client.query(`select pid from pg_locks where locktype = 'advisory' and granted`)
      return rows.map(row => row.pid)
    }).catch(() => [])
  const [before] = await owners()
  process.kill(before, 'SIGKILL')
  await waitUntil('the lock is held again', async () => {
    const [now] = await owners()
    return now !== undefined && now !== before
  })
  await assert.rejects(startEmbedded({ dataDir: directory.path, log }), { code: 'CONFLICT' })
})
