import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempDisposable, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from './testing/run-cli.ts'

const start = async (command: string, env: Record<string, string>) => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'codetether-start-'))
  await writeFile(join(directory.path, 'file'), '')
  return await runCli([command], { directory: directory.path, env: { A2A_PORT: '0', ...env } })
}

// 192.0.2.0/24 is for documentation: no interface has it.
const foreign = { A2A_HOST: '192.0.2.1', A2A_AUTH_TOKENS: 'a:0123456789abcdef0123456789abcdef', A2A_PORT: '8123' }

test('a data directory that cannot be one is a wrong setting, not a defect', async () => {
  for (const command of ['serve', 'migrate']) {
    const { code, stderr } = await start(command, { CODETETHER_DATA_DIR: 'file/data' })
    assert.equal(code, 2)
    assert.match(stderr, /error: the data directory .*file.data cannot be used: ENOTDIR.*\nhint: .*--data-dir/)
  }
})

test('an address that is not this machine’s is a wrong setting, not a defect', async () => {
  const { code, stderr } = await start('dev', foreign)
  assert.equal(code, 2)
  assert.match(stderr, /error: cannot listen on 192\.0\.2\.1, port 8123: .*\nhint: .*A2A_HOST/)
  const { stdout } = await start('doctor', foreign)
  assert.match(stdout, /fail +port +cannot listen on 192\.0\.2\.1.*\n +hint: .*A2A_HOST/)
})

test('a port in use is noticed before a database is made', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'codetether-start-'))
  const dataDir = join(directory.path, 'data')
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const { code, stderr } = await runCli(['serve', '--port', String(port), '--data-dir', dataDir])
  other.close()
  assert.equal(code, 5)
  assert.match(stderr, new RegExp(`port ${port} is in use\\nhint: take another with --port ${port + 1}`))
  await assert.rejects(stat(dataDir), { code: 'ENOENT' })
})
