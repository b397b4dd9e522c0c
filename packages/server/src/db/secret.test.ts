import assert from 'node:assert/strict'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { deriveKey, derivePassword, loadSecret } from './secret.ts'

const log = () => {}

test('keys depend on the secret and on the purpose, and are the same everywhere', () => {
  const key = deriveKey('secret', 'cursor')
  assert.equal(key.length, 32)
  assert.deepEqual(deriveKey('secret', 'cursor'), key)
  assert.notDeepEqual(deriveKey('secret', 'tenant-context'), key)
  assert.notDeepEqual(deriveKey('another', 'cursor'), key)
  // Another value would lock running installations out of their databases.
  assert.equal(derivePassword('secret', 'ct_app'), '7oLivVMQtSIWf2Vd6dHtEAZzBobHSrDD883xa1WkopU')
  assert.notEqual(derivePassword('secret', 'ct_system'), derivePassword('secret', 'ct_app'))
})

test('a configured secret is used and nothing is written', async () => {
  await using directory = await temporaryDirectory()
  assert.equal(await loadSecret({ configured: 'mine', dataDir: directory.path, log }), 'mine')
  assert.deepEqual(await readdir(directory.path), [])
})

test('the first use creates a file for the owner only, also when several processes are first', async () => {
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'data')
  const secrets = await Promise.all([1, 2, 3, 4].map(() => loadSecret({ dataDir, log })))
  assert.equal(new Set(secrets).size, 1)
  assert.equal(await loadSecret({ dataDir, log }), secrets[0])
  assert.deepEqual(await readdir(dataDir), ['secret.key'])
  assert.equal(await readFile(join(dataDir, 'secret.key'), 'utf8'), `${secrets[0]}\n`)
  assert.equal((await stat(join(dataDir, 'secret.key'))).mode & 0o777, 0o600)
})

test('a file that others can read is tightened, with a warning', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'secret.key')
  const secret = await loadSecret({ dataDir: directory.path, log })
  await chmod(path, 0o644)
  const warnings: string[] = []
  assert.equal(await loadSecret({ dataDir: directory.path, log: line => warnings.push(line) }), secret)
  assert.match(warnings.join(), /could be read by others/)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('a file that holds no secret is refused, not replaced', async () => {
  await using directory = await temporaryDirectory()
  await writeFile(join(directory.path, 'secret.key'), '', { mode: 0o600 })
  await assert.rejects(loadSecret({ dataDir: directory.path, log }), { code: 'CONFLICT' })
})
