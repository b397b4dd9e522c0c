import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/run-cli.ts'
import { checkDataDir } from './check-data-dir.ts'
import { checkNode } from './check-node.ts'

const temporary = () => mkdtempDisposable(join(tmpdir(), 'codetether-doctor-'))

interface Report {
  report_version: number
  ok: boolean
  checks: { name: string; status: string; detail: string; hint: string }[]
}

const examine = async (env: Record<string, string>) => {
  await using directory = await temporary()
  const { code, stdout } = await runCli(['doctor', '--json'], { directory: directory.path, env })
  const report: Report = JSON.parse(stdout)
  return { code, report, statusOf: (name: string) => report.checks.find(check => check.name === name)?.status }
}

test('a machine that is ready has nothing that fails', async () => {
  const { code, report, statusOf } = await examine({ A2A_PORT: '0' })
  assert.deepEqual([code, report.ok, report.report_version], [0, true, 1])
  assert.deepEqual(
    report.checks.map(check => Object.keys(check).sort().join()),
    Array(6).fill('detail,hint,name,status'),
  )
  assert.equal(statusOf('database'), 'ok')
  assert.equal(statusOf('schema'), 'skipped')
})

test('a port in use fails, with a way out', async () => {
  const server = createServer(socket => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const { code, report } = await examine({ A2A_PORT: port })
  server.close()
  const check = report.checks.find(({ name }) => name === 'port')
  assert.deepEqual([code, report.ok, check?.status], [1, false, 'fail'])
  assert.match(check?.hint ?? '', /--port \d+/)
})

test('settings that are not valid fail, and what depends on them is skipped, not passed', async () => {
  const { code, statusOf } = await examine({ A2A_PORT: 'http' })
  assert.deepEqual([code, statusOf('settings'), statusOf('port'), statusOf('node')], [1, 'fail', 'skipped', 'ok'])
})

test('a database that does not answer fails', async () => {
  const { code, statusOf } = await examine({
    A2A_PORT: '0',
    DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/none',
    CODETETHER_SECRET_KEY: 'a secret of at least thirty-two characters',
  })
  assert.deepEqual([code, statusOf('database'), statusOf('schema')], [1, 'fail', 'fail'])
})

test('a data directory that others can read is worth a warning, a file in its place fails', async () => {
  await using directory = await temporary()
  await chmod(directory.path, 0o755)
  assert.equal((await checkDataDir(directory.path)).status, 'warn')
  await chmod(directory.path, 0o711)
  assert.equal((await checkDataDir(directory.path)).status, 'ok')
  assert.match((await checkDataDir(join(directory.path, 'a', 'b'))).detail, /will be created/)
  await writeFile(join(directory.path, 'file'), '')
  assert.equal((await checkDataDir(join(directory.path, 'file'))).status, 'fail')
})

test('Node 24 is needed, odd versions are worth a warning', () => {
  assert.equal(checkNode('24.1.0').status, 'ok')
  assert.equal(checkNode('25.1.0').status, 'warn')
  assert.equal(checkNode('22.1.0').status, 'fail')
})
