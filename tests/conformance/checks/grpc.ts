import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ConnectionOptions, connect } from 'node:tls'
import { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { resumeUri } from '@codetether/protocol/resume-extension'
import { credentials, status } from '@grpc/grpc-js'
import { grpcClient, naming, path03, path10, sending, sending03, taskIn } from '../../doors/grpc/client.ts'
import { selfSigned } from '../../doors/grpc/self-signed.ts'
import { withCertificate } from '../../doors/grpc/with-certificate.ts'
import { startPlatform } from '../../platform.ts'
import { resultOf } from '../calls.ts'
import { check } from '../requirement.ts'

const nothing = Buffer.alloc(0)
const services = [...Object.values(A2AService), ...Object.values(LegacyA2AService)]

type SecureVersions = Pick<ConnectionOptions, 'minVersion' | 'maxVersion' | 'ciphers'>

/** The version of TLS that a port agrees to; null if there is none. */
async function protocolOf(port: number | null, options: ConnectionOptions): Promise<string | null> {
  const socket = connect({ host: 'localhost', port: port ?? 0, ALPNProtocols: ['h2'], ...options })
  try {
    await once(socket, 'secureConnect')
    return socket.getProtocol()
  } catch {
    return null
  } finally {
    socket.destroy()
  }
}

export const grpc = {
  methods: check('gRPC has every method of the proto of each version, by its name', async ({ open }) => {
    using client = grpcClient(open)
    for (const { path, responseStream } of services) {
      assert.match(path, /^\/(lf\.)?a2a\.v1\.A2AService\/([A-Z][a-z]+)+$/)
      if (responseStream) continue
      assert.notEqual((await client.call(path, nothing)).code, status.UNIMPLEMENTED, path)
    }
  }),

  messages: check(
    'gRPC reads and writes what the official codec writes and reads, with the answers of JSON-RPC',
    async ({ open }) => {
      using client = grpcClient(open)
      const { id } = taskIn(await client.call(path10('SendMessage'), sending('hello')))
      const { message } = await client.call(path10('GetTask'), naming(id))
      const task = A2AService.getTask.responseDeserialize(message ?? nothing)
      const same = await resultOf(open, 'GetTask', { id })
      assert.deepEqual([task.contextId, task.history.length], [same.contextId, same.history.length])
      const sent = await client.call(path03('SendMessage'), sending03('hello'))
      const { payload } = LegacyA2AService.sendMessage.responseDeserialize(sent.message ?? nothing)
      assert.equal(payload?.$case, 'task')
    },
  ),

  errors: check('an error over gRPC has the status of its kind, and ErrorInfo in its details', async ({ open }) => {
    using client = grpcClient(open)
    const { id } = taskIn(await client.call(path10('SendMessage'), sending('hello')))
    for (const [method, named, code, reason] of [
      ['GetTask', 'nothing', status.NOT_FOUND, 'TASK_NOT_FOUND'],
      ['CancelTask', id, status.FAILED_PRECONDITION, 'TASK_NOT_CANCELABLE'],
      ['GetTask', '', status.INVALID_ARGUMENT, 'INVALID_PARAMS'],
    ] as const) {
      const answer = await client.call(path10(method), naming(named))
      assert.deepEqual([answer.code, answer.error?.reason, answer.error?.domain], [code, reason, 'a2a-protocol.org'])
    }
  }),

  parameters: check('version and extensions of a call are read from its metadata', async ({ open }) => {
    using client = grpcClient(open)
    const metadata = { 'a2a-version': '1.0', 'a2a-extensions': resumeUri }
    const { code, headers } = await client.call(path10('SendMessage'), sending('hello'), { metadata })
    assert.deepEqual([code, headers.get('a2a-extensions')], [status.OK, [resumeUri]])
    const other = await client.call(path10('ListTasks'), nothing, { metadata: { 'a2a-version': '9.9' } })
    assert.equal(other.error?.reason, 'VERSION_NOT_SUPPORTED')
  }),

  tls: check('gRPC speaks TLS where it has a certificate: 1.3, also 1.2 and nothing older', async () => {
    const { cert, key } = selfSigned()
    await using files = await withCertificate({ cert, key })
    await using platform = await startPlatform({ env: { A2A_GRPC_PORT: '0', ...files.env } })
    using client = grpcClient(platform, { channel: credentials.createSsl(Buffer.from(cert)) })
    assert.equal((await client.call(path10('ListTasks'), nothing)).code, status.OK)
    const reached = (versions: SecureVersions) => protocolOf(platform.server.grpcPort, { ca: cert, ...versions })
    assert.equal(await reached({}), 'TLSv1.3')
    assert.equal(await reached({ maxVersion: 'TLSv1.2' }), 'TLSv1.2')
    for (const old of ['TLSv1', 'TLSv1.1'] as const)
      assert.equal(await reached({ minVersion: old, maxVersion: old, ciphers: 'DEFAULT@SECLEVEL=0' }), null)
  }),
}
