import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { testDatabase } from '@codetether/testing/test-database'
import { credentials, status } from '@grpc/grpc-js'
import { type RpcBody, startPlatform } from '../../platform.ts'
import { grpcClient, path10, rawCall } from './client.ts'
import { selfSigned } from './self-signed.ts'
import { withCertificate } from './with-certificate.ts'

const list = path10('ListTasks')
const nothing = Buffer.alloc(0)

const cardOf = async (url: string, version: string): Promise<RpcBody> =>
  (await fetch(`${url}/.well-known/agent-card.json`, { headers: { 'a2a-version': version } })).json()

test('the port speaks TLS where it has a certificate, and nothing else', async () => {
  const { cert, key } = selfSigned()
  await using files = await withCertificate({ cert, key })
  await using platform = await startPlatform({ env: { A2A_GRPC_PORT: '0', ...files.env } })
  using trusting = grpcClient(platform, { channel: credentials.createSsl(Buffer.from(cert)) })
  assert.equal((await trusting.call(list, nothing)).code, status.OK)
  using strange = grpcClient(platform, { channel: credentials.createSsl() })
  assert.equal((await strange.call(list, nothing)).code, status.UNAVAILABLE)
  using plain = grpcClient(platform)
  assert.equal((await plain.call(list, nothing)).code, status.UNAVAILABLE)
})

test('a certificate that cannot be used stops the start and says which settings name it', async () => {
  await using directory = await temporaryDirectory()
  await using database = await testDatabase()
  const path = join(directory.path, 'no.pem')
  const start = () =>
    startPlatform({ database, env: { A2A_GRPC_PORT: '0', A2A_GRPC_TLS_CERT: path, A2A_GRPC_TLS_KEY: path } })
  const names = (error: Error) =>
    error instanceof PlatformError && /A2A_GRPC_TLS_CERT and A2A_GRPC_TLS_KEY/.test(error.message)
  await assert.rejects(start, names)
  await writeFile(path, 'no certificate')
  await chmod(path, 0o600)
  await assert.rejects(start, names)
})

test('a port that is in use stops the start and is named', async () => {
  await using database = await testDatabase()
  await using taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await assert.rejects(
    startPlatform({ database, env: { A2A_GRPC_PORT: String(port) } }),
    (error: Error) =>
      error instanceof PlatformError && error.code === 'CONFLICT' && error.details.metadata?.port === port,
  )
})

test('the card names gRPC in both versions where there is a port, and not where there is none', async () => {
  await using platform = await startPlatform({ env: { A2A_GRPC_PORT: '0' } })
  const url = `127.0.0.1:${platform.server.grpcPort}`
  const both = ['1.0', '0.3'].map(protocolVersion => ({ url, protocolBinding: 'GRPC', protocolVersion }))
  for (const version of ['1.0', '0.3']) {
    const { supportedInterfaces } = await cardOf(platform.url, version)
    assert.deepEqual(
      supportedInterfaces.filter((at: { protocolBinding: string }) => at.protocolBinding === 'GRPC'),
      both,
    )
  }
  const { additionalInterfaces, preferredTransport } = await cardOf(platform.url, '0.3')
  assert.equal(preferredTransport, 'JSONRPC')
  assert.ok(additionalInterfaces.some((at: object) => 'transport' in at && at.transport === 'GRPC'))

  await using behind = await startPlatform({
    env: { A2A_GRPC_PORT: '0', A2A_GRPC_PUBLIC_ADDRESS: 'agents.example.org:443' },
  })
  assert.match(
    JSON.stringify(await cardOf(behind.url, '1.0')),
    /"url":"agents\.example\.org:443","protocolBinding":"GRPC"/,
  )
  await using without = await startPlatform()
  assert.equal(without.server.grpcPort, null)
  assert.doesNotMatch(JSON.stringify(await cardOf(without.url, '1.0')), /GRPC/)
})

test('calls under a foreign name are refused, as a page whose name leads here would make them', async () => {
  await using platform = await startPlatform({ env: { A2A_GRPC_PORT: '0' } })
  using rebound = grpcClient(platform, { 'grpc.default_authority': 'evil.example:1' })
  const { code, error } = await rebound.call(list, nothing)
  assert.deepEqual([code, error?.reason], [status.PERMISSION_DENIED, 'FORBIDDEN'])
  using client = grpcClient(platform)
  const proxied = await client.call(list, nothing, { metadata: { 'x-forwarded-for': '203.0.113.7' } })
  assert.equal(proxied.code, status.UNAUTHENTICATED)
})

test('what is no call of gRPC is refused without harm', async () => {
  await using platform = await startPlatform({ env: { A2A_GRPC_PORT: '0' } })
  const page = rawCall(platform, list, { headers: { 'content-type': 'text/plain' } })
  const [headers] = await once(page.stream, 'response')
  assert.equal(headers[':status'], 415)
  page.session.destroy()
  for (const wrong of [{ 'grpc-timeout': 'soon' }, { 'grpc-encoding': 'gzip' }]) {
    const { session, stream } = rawCall(platform, list, { headers: wrong, flag: 1, request: Buffer.from('no gzip') })
    const [answer] = await once(stream, 'response')
    assert.deepEqual([answer[':status'], answer['grpc-status']], [200, '3'])
    session.destroy()
  }
  using client = grpcClient(platform)
  assert.equal((await client.call(list, nothing)).code, status.OK)
})
