import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemsOf } from '@codetether/testing/config-problems'
import { loadConfig } from './load-config.ts'
import type { Variables } from './read-sources.ts'

const grpcOf = (env: Variables) => loadConfig(env, {}, { directory: '/srv' }).config.grpc

const refused = (env: Variables): string[] => problemsOf(env).map(({ name }) => name)

const port = { A2A_GRPC_PORT: '50051' }
const tls = { A2A_GRPC_TLS_CERT: 'cert.pem', A2A_GRPC_TLS_KEY: '/etc/key.pem' }

test('without a port there is no gRPC', () => assert.equal(grpcOf({}), undefined))

test('a port, files from where the server starts, and an address for callers', () => {
  assert.deepEqual(grpcOf({ A2A_GRPC_PORT: '0' }), { port: 0 })
  assert.deepEqual(grpcOf({ ...port, ...tls, A2A_GRPC_PUBLIC_ADDRESS: '[2001:db8::1]:443' }), {
    port: 50_051,
    tls: { cert: '/srv/cert.pem', key: '/etc/key.pem' },
    publicAddress: '[2001:db8::1]:443',
  })
})

const wrong: [what: string, env: Variables, names: string[]][] = [
  ['a certificate without a key', { ...port, A2A_GRPC_TLS_CERT: 'cert.pem' }, ['A2A_GRPC_TLS_CERT']],
  ['a key without a certificate', { ...port, A2A_GRPC_TLS_KEY: 'key.pem' }, ['A2A_GRPC_TLS_KEY']],
  ['TLS without a port', tls, ['A2A_GRPC_TLS_CERT', 'A2A_GRPC_TLS_KEY']],
  ['the port of HTTP', { A2A_GRPC_PORT: '8000' }, ['A2A_GRPC_PORT']],
  ['a port that is none', { A2A_GRPC_PORT: '65536' }, ['A2A_GRPC_PORT']],
  ...['host', 'host:0', 'host:65536', 'http://host:1', ':443', '2001:db8::1:443', 'a b:1'].map(
    (address): [string, Variables, string[]] => [
      `the address ${address}`,
      { ...port, A2A_GRPC_PUBLIC_ADDRESS: address },
      ['A2A_GRPC_PUBLIC_ADDRESS'],
    ],
  ),
]

for (const [what, env, names] of wrong) test(`${what} is refused`, () => assert.deepEqual(refused(env), names))

test('a line at the start tells that a port without TLS is reachable from elsewhere', () => {
  const noticesOf = (env: Variables) =>
    loadConfig({ ...port, A2A_HOST: '0.0.0.0', A2A_AUTH_TOKENS: 'a:secret-of-sixteen', ...env }).notices.join('\n')
  assert.match(noticesOf({}), /A2A_GRPC_PORT: without A2A_GRPC_TLS_CERT, tokens and tasks travel unencrypted/)
  assert.doesNotMatch(noticesOf(tls), /A2A_GRPC_PORT/)
  assert.doesNotMatch(noticesOf({ A2A_HOST: '127.0.0.1' }), /A2A_GRPC_PORT/)
})
