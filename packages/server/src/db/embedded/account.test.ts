import assert from 'node:assert/strict'
import { chmod, chown, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { spawnEmbeddedOwner } from '@codetether/testing/embedded-owner'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { canReach, read } from './access.ts'
import { accountBy } from './account.ts'
import { startEmbedded } from './start-embedded.ts'

const log = () => {}
const skip = process.getuid?.() !== 0 && 'only root chooses an account'
const someone = (await accountBy('name', 'daemon')) ?? { uid: 1, gid: 1 }

test('as root, PostgreSQL runs under an account that owns its data', { skip }, async () => {
  await using directory = await temporaryDirectory()
  await using database = await startEmbedded({ dataDir: directory.path, log })
  const { uid } = await stat(database.directory)
  assert.notEqual(uid, 0)
  assert.equal((await stat(join(database.directory, 'PG_VERSION'))).uid, uid)
})

test('as root, PostgreSQL runs under the owner of the data directory', { skip }, async () => {
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'data')
  await mkdir(dataDir)
  await chown(dataDir, someone.uid, someone.gid)
  await using database = await startEmbedded({ dataDir, log })
  assert.equal((await stat(database.directory)).uid, someone.uid)
})

test('an owner without a name, as of a directory mounted into a container, is no account', { skip }, async () => {
  await using directory = await temporaryDirectory()
  await chown(directory.path, 54_321, 54_321)
  await using database = await startEmbedded({ dataDir: directory.path, log })
  assert.notEqual((await stat(database.directory)).uid, 54_321)
})

test('where the account cannot reach the data directory, the data is elsewhere and stays there', { skip }, async () => {
  await using directory = await temporaryDirectory()
  const home = join(directory.path, 'home')
  const sharedDir = join(directory.path, 'shared')
  const dataDir = join(home, '.codetether')
  await mkdir(home, { mode: 0o700 })
  await using first = await startEmbedded({ dataDir, sharedDir, log })
  assert.match(first.directory, new RegExp(`^${sharedDir}/codetether-[0-9a-f]{8}/pg/18$`))
  assert.match(first.notice ?? '', new RegExp(`cannot reach ${dataDir}, so the data is in ${first.directory}`))
  await first[Symbol.asyncDispose]()
  await chmod(home, 0o711)
  await using second = await startEmbedded({ dataDir, sharedDir, log })
  assert.equal(second.directory, first.directory)
})

test('existing data that went out of reach is not replaced by an empty database elsewhere', { skip }, async () => {
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'data')
  const sharedDir = join(directory.path, 'shared')
  const database = await startEmbedded({ dataDir, sharedDir, log })
  await database[Symbol.asyncDispose]()
  await chmod(dataDir, 0o700)
  await assert.rejects(startEmbedded({ dataDir, sharedDir, log }), { code: 'CONFLICT', message: /out of reach/ })
})

test('a user who is not root runs PostgreSQL as that user', { skip }, async t => {
  const here = fileURLToPath(import.meta.url)
  if (!(await canReach(someone, here, read))) return t.skip('another user cannot read this checkout')
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'data')
  await mkdir(dataDir, { mode: 0o700 })
  await chown(dataDir, someone.uid, someone.gid)
  await using owner = spawnEmbeddedOwner({ dataDir, account: someone })
  const pid = await owner.started
  assert.equal((await stat(`/proc/${pid}`)).uid, someone.uid)
  assert.equal((await stat(join(dataDir, 'pg', '18'))).uid, someone.uid)
})
