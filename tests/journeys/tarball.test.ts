import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { grpcClientAt, path10, sending } from '../doors/grpc/client.ts'
import { rpc } from '../platform.ts'
import { type DataDirectory, dataDirectory, isAlive } from './data-directory.ts'
import { npm, Unreachable } from './npm.ts'
import { endOf, runNode, runProgram, whenReady, workspace } from './server-process.ts'

/** A first download of PostgreSQL takes its time. */
const timeout = 150_000

/** Packs what would be published and installs it as somebody would who has nothing else. @returns the command. */
async function install({ path }: DataDirectory): Promise<string> {
  await npm(['pack', '--workspace', 'codetether', '--pack-destination', path], { cwd: workspace })
  const tarball = (await readdir(path)).find(name => name.endsWith('.tgz'))
  assert.ok(tarball)
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  // npm's own patience with a registry that refuses connections is minutes.
  const brief = ['--fetch-retries=1', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=500']
  await npm(['install', '--prefix', path, ...quiet, ...brief, join(path, tarball)], { cwd: path })
  return join(path, 'node_modules', '.bin', 'codetether')
}

/** Null if the registry cannot be reached, which is an excuse everywhere but in CI. */
async function installed(t: TestContext, directory: DataDirectory): Promise<string | null> {
  try {
    return await install(directory)
  } catch (error) {
    if (!(error instanceof Unreachable) || process.env.CI === 'true') throw error
    t.skip(`the npm registry cannot be reached: ${error.message}`)
    return null
  }
}

test('the tarball, installed into an empty folder, serves, answers and calls', { timeout }, async t => {
  await using directory = await dataDirectory('.codetether')
  const codetether = await installed(t, directory)
  if (codetether === null) return
  const cwd = directory.path
  const packages = await readdir(join(cwd, 'node_modules'))
  assert.ok(!packages.includes('@codetether'), 'what is published needs no package that is not')

  const serving = runNode([codetether, 'serve', '--port', '0'], { cwd, env: { A2A_GRPC_PORT: '0' } })
  await using server = await whenReady(serving, directory.dataDir)
  const { version }: { version: string } = JSON.parse(
    await readFile(join(cwd, 'node_modules', 'codetether', 'package.json'), 'utf8'),
  )
  assert.equal(server.runtime.version, version)
  const params = { message: { parts: [{ type: 'text', content: 'Calculate 25 * 4' }] } }
  const { result } = await rpc(server.url, { method: 'message/send', params })
  assert.match(result.message.parts[0].content, /The result is 100/)

  // What is loaded late must be in the package too.
  const card = await fetch(`${server.url}/.well-known/agent-card.json`, { headers: { 'a2a-version': '1.0' } })
  const [, grpcAddress = ''] = /"url":"([^"]+)","protocolBinding":"GRPC"/.exec(await card.text()) ?? []
  using grpc = grpcClientAt(grpcAddress)
  assert.equal((await grpc.call(path10('SendMessage'), sending('Calculate 25 * 4'))).code, 0)

  await using call = runNode([codetether, 'call', server.url, 'Calculate 25 * 4'], { cwd })
  assert.deepEqual(await endOf(call), { code: 0, signal: null })
  assert.match(call.output(), /The result is 100/)

  const runWorker = join(cwd, 'node_modules/codetether/deploy/worker/run-worker.sh')
  await using worker = runProgram('/bin/sh', [runWorker, 'doctor', '--server', server.url, '--command', 'cat'], { cwd })
  assert.deepEqual(await endOf(worker), { code: 0, signal: null }, worker.output())

  const postgres = directory.postgresPid()
  assert.ok(postgres && isAlive(postgres))
  assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null })
  assert.ok(!isAlive(postgres))
})
