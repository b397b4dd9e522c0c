import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { Server, ServerCredentials, type sendUnaryData, status } from '@grpc/grpc-js'
import type { RpcBody } from '../platform.ts'

const codetether = fileURLToPath(new URL('../../packages/cli/bin/codetether.js', import.meta.url))

/** An agent that has gRPC alone, whose methods end as the test says and tell no details. */
async function startBareAgent(codeOf: (method: string, version: string) => number) {
  const grpc = new Server()
  const refuse =
    (method: string) =>
    ({ metadata }: { metadata: { get(name: string): unknown[] } }, respond: sendUnaryData<never>) =>
      respond({ code: codeOf(method, String(metadata.get('a2a-version')[0])), details: 'no' })
  grpc.addService(A2AService, {
    ...{ getTask: refuse('get'), listTasks: refuse('list'), sendMessage: refuse('send'), cancelTask: refuse('cancel') },
    subscribeToTask: (call: { emit(name: string, error: object): void }) =>
      call.emit('error', { code: codeOf('subscribe', '1.0'), details: 'no' }),
  })
  const port = await promisify(grpc.bindAsync.bind(grpc))('127.0.0.1:0', ServerCredentials.createInsecure())
  const card = {
    ...{ name: 'Bare', description: 'Says little', version: '1', capabilities: { streaming: true } },
    supportedInterfaces: [{ url: `127.0.0.1:${port}`, protocolBinding: 'GRPC', protocolVersion: '1.0' }],
    ...{ defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'] },
    skills: [{ id: 'a', name: 'A', description: 'A', tags: ['a'] }],
  }
  const http = createServer((_request, response) => void response.end(JSON.stringify(card))).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async [Symbol.asyncDispose]() {
      grpc.forceShutdown()
      http.closeAllConnections()
      await once(http.close(), 'close')
    },
  }
}

const inspect = async (url: string): Promise<(result: string) => string[]> => {
  const { promise, resolve } = Promise.withResolvers<string>()
  execFile(process.execPath, [codetether, 'inspect', url, '--json'], { env: {} }, (_error, stdout) => resolve(stdout))
  const { findings } = JSON.parse(await promise)
  return result =>
    findings.flatMap((line: RpcBody) =>
      line.result === result && line.subject === 'GRPC 1.0' ? [`${line.check}: ${line.section}`] : [],
    )
}

test('errors without details over gRPC are a warning where the status is right, and a failure where it is not', async () => {
  await using agent = await startBareAgent((method, version) => {
    if (method === 'list' || version === '99.0') return status.INTERNAL
    return status.NOT_FOUND
  })
  const lines = await inspect(agent.url)
  assert.deepEqual(lines('warn'), ['unknown task: v1.0 §3.1.3', 'subscription: v1.0 §3.1.6'])
  assert.deepEqual(lines('fail'), ['list of tasks: v1.0 §3.1.4', 'unknown version: v1.0 §3.6.2'])
})

test('a gRPC agent that asks for credentials is not looked at', async () => {
  await using agent = await startBareAgent(() => status.UNAUTHENTICATED)
  const lines = await inspect(agent.url)
  assert.deepEqual([lines('fail'), lines('warn')], [[], []])
  assert.equal(lines('skip').length, 4)
})
