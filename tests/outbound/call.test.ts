import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { protocolVersions } from '@codetether/client/operation'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { startPlatform } from '../platform.ts'
import { startSdkAgent } from './sdk-agent.ts'

const platform = await startPlatform({ env: { A2A_AUTH_TOKENS: 'alice:alice-secret-token' } })
const sdk = await startSdkAgent()
after(async () => {
  await platform[Symbol.asyncDispose]()
  await sdk[Symbol.asyncDispose]()
})

const run = promisify(execFile)
const codetether = fileURLToPath(new URL('../../packages/cli/bin/codetether.js', import.meta.url))
const call = (url: string, args: readonly string[], env: Record<string, string> = {}) =>
  run(process.execPath, [codetether, 'call', url, ...args], { env })

describe('codetether call', { concurrency: 4 }, () => {
  for (const version of protocolVersions)
    for (const transport of ['jsonrpc', 'http+json', 'grpc']) {
      const chosen = ['--protocol', version, '--transport', transport]
      test(`asks an agent of the official SDK by A2A ${version} over ${transport}`, async () => {
        const { stdout, stderr } = await call(sdk.url, ['How are you?', '--stream', ...chosen])
        assert.equal(stdout, 'Echo: How are you?\n')
        assert.match(stderr, /^task \S+: submitted\nworking\ncompleted\n$/)
      })
    }

  test('prints one form, whatever was spoken', async () => {
    const kinds = await Promise.all(
      protocolVersions.map(async version => {
        const { stdout } = await call(sdk.url, ['Hello', '--json', '--protocol', version])
        const { kind, status, artifacts } = JSON.parse(stdout)
        return [kind, status.state, artifacts[0].parts]
      }),
    )
    assert.deepEqual(kinds[0], kinds[1])
    assert.deepEqual(kinds[0]?.slice(0, 2), ['task', 'completed'])
  })

  test('Q48: gets the answer with the token of the environment', async () => {
    const { stdout } = await call(platform.url, ['Calculate 25 * 4'], { A2A_CLIENT_BEARER_TOKEN: 'alice-secret-token' })
    assert.match(stdout, /The result is 100\./)
    await assert.rejects(call(platform.url, ['Calculate 25 * 4']), { code: 4 })
  })

  test('goes on with a question over HTTP+JSON', async () => {
    const { stdout, stderr } = await call(sdk.url, ['?', '--transport', 'http+json', '--json'])
    assert.equal(stderr, '')
    const { id, status } = JSON.parse(stdout)
    assert.equal(status.state, 'input-required')
    const answered = await call(sdk.url, ['an answer', '--task', id, '--transport', 'http+json', '--json'])
    assert.deepEqual([JSON.parse(answered.stdout).id, JSON.parse(answered.stdout).status.state], [id, 'completed'])
  })

  test('asks an agent whose card is signed by somebody who is trusted', async () => {
    await using directory = await temporaryDirectory()
    const [own, other] = ['own.pem', 'other.pem'].map(name => join(directory.path, name))
    for (const file of [own, other]) {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      await writeFile(file ?? '', privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
    }
    await using signed = await startPlatform({ env: { A2A_CARD_KEYS: own ?? '' } })
    for (const args of [['--require-signed'], ['--key', own ?? ''], ['--jwks', `${signed.url}/.well-known/jwks.json`]])
      assert.match((await call(signed.url, ['Calculate 25 * 4', ...args])).stdout, /100/)
    await assert.rejects(call(signed.url, ['Hello', '--key', other ?? '']), /has no valid signature/)
  })

  test('asks nobody whose card is not signed, if told to', async () => {
    await assert.rejects(
      call(sdk.url, ['Hello', '--require-signed']),
      (error: Error & { code?: number; stderr?: string }) => {
        assert.match(error.stderr ?? '', /error: the card at .* is not signed\nhint: nothing was sent/)
        return error.code === 1
      },
    )
  })
})
