import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { type RpcBody, startPlatform } from '../platform.ts'
import { startSdkAgent } from './sdk-agent.ts'

const platform = await startPlatform({ env: { A2A_GRPC_PORT: '0' } })
const directory = await temporaryDirectory()
const [ownKey, otherKey] = [join(directory.path, 'own.pem'), join(directory.path, 'other.pem')]
for (const file of [ownKey, otherKey]) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
}
const guarded = await startPlatform({
  env: {
    A2A_AUTH_TOKENS: 'alice:alice-secret-token',
    A2A_GRPC_PORT: '0',
    A2A_PUBLIC_SKILLS: 'echo',
    A2A_CARD_KEYS: ownKey,
  },
})
const sdk = await startSdkAgent()
after(async () => {
  await platform[Symbol.asyncDispose]()
  await guarded[Symbol.asyncDispose]()
  await sdk[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

const codetether = fileURLToPath(new URL('../../packages/cli/bin/codetether.js', import.meta.url))

/** The report of `codetether inspect`, and the lines of one result. */
const inspect = async (url: string, args: readonly string[] = [], env: Record<string, string> = {}) => {
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stdout: string }>()
  execFile(process.execPath, [codetether, 'inspect', url, '--json', ...args], { env }, (error, stdout) =>
    resolve({ code: error === null ? 0 : error.code, stdout }),
  )
  const { code, stdout } = await promise
  const report: RpcBody = JSON.parse(stdout)
  const lines = (result: string): string[] =>
    report.findings
      .filter((line: RpcBody) => line.result === result)
      .map((line: RpcBody) => `${line.subject}: ${line.check}`)
  return { code, lines }
}

const seen = (lines: (result: string) => string[]) => ['fail', 'warn', 'skip'].map(lines)

describe('the inspection', () => {
  test('of our server finds nothing wrong, and leaves nothing behind', async () => {
    const { code, lines } = await inspect(platform.url)
    assert.deepEqual([code, seen(lines)], [0, [[], [], []]])
    for (const version of ['1.0', '0.3'])
      for (const transport of ['JSONRPC', 'HTTP+JSON', 'GRPC'])
        assert.ok(lines('ok').includes(`${transport} ${version}: unknown task`))
    const { result } = await platform.rpc('ListTasks')
    assert.equal(result.totalSize, 0)
  })

  test('of our server with a message finds nothing wrong either', async () => {
    const { code, lines } = await inspect(platform.url, ['--send', 'Calculate 25 * 4'])
    assert.deepEqual([code, seen(lines)], [0, [[], [], []]])
    for (const version of ['1.0', '0.3']) {
      for (const transport of ['JSONRPC', 'HTTP+JSON', 'GRPC'])
        assert.ok(lines('ok').includes(`${transport} ${version}: stream`))
      for (const transport of ['JSONRPC', 'HTTP+JSON', 'GRPC'])
        assert.ok(lines('ok').includes(`${transport} ${version}: push configurations`))
    }
  })

  test('of our server with tokens wants one', async () => {
    const blind = await inspect(guarded.url)
    for (const transport of ['JSONRPC', 'HTTP+JSON', 'GRPC'])
      assert.ok(blind.lines('skip').includes(`${transport} 1.0: unknown task`))
    assert.deepEqual(blind.lines('fail'), [])
    const seeing = await inspect(guarded.url, [], { A2A_CLIENT_BEARER_TOKEN: 'alice-secret-token' })
    assert.deepEqual([seeing.code, seen(seeing.lines)], [0, [[], [], []]])
    for (const version of ['1.0', '0.3'])
      for (const transport of ['JSONRPC', 'HTTP+JSON', 'GRPC'])
        assert.ok(seeing.lines('ok').includes(`${transport} ${version}: extended card`))
  })

  test('of a signed card tells whether it is signed by somebody who is trusted', async () => {
    for (const args of [[], ['--key', ownKey]])
      assert.ok((await inspect(guarded.url, args)).lines('ok').includes('card: signature'))
    const strange = await inspect(guarded.url, ['--key', otherKey])
    assert.deepEqual([strange.code, strange.lines('fail')], [1, ['card: signature']])
  })

  test('of the official SDK tells what its README leaves open', async () => {
    const { code, lines } = await inspect(sdk.url, ['--send', 'Hello'])
    assert.deepEqual(lines('fail'), [])
    assert.deepEqual(lines('warn'), [
      'card: all interfaces',
      // A page of Express for a path that nobody serves.
      'HTTP+JSON 1.0: unknown method',
      'HTTP+JSON 0.3: unknown method',
    ])
    for (const spoken of ['JSONRPC 1.0', 'JSONRPC 0.3', 'HTTP+JSON 1.0', 'HTTP+JSON 0.3', 'GRPC 1.0', 'GRPC 0.3'])
      assert.ok(lines('ok').includes(`${spoken}: stream`), spoken)
    assert.equal(code, 0)
  })
})
