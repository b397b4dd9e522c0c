import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { defineAgent } from '@codetether/agents/define-agent'
import { A2aClient } from '@codetether/client/a2a-client'
import { BareCredentialsError, ConnectionError, RemoteError } from '@codetether/client/errors'
import { openGrpc } from '@codetether/client/grpc/open-grpc'
import type { Connection } from '@codetether/client/http'
import { textMessage } from '@codetether/client/message'
import { protocolVersions } from '@codetether/client/operation'
import { selfSigned } from '../doors/grpc/self-signed.ts'
import { withCertificate } from '../doors/grpc/with-certificate.ts'
import { gatedAgent } from '../journeys/gated-agent.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { startRelay } from './relay.ts'

const gated = gatedAgent()
/** Two chunks, between which the test does what it wants. */
const between = { reached: Promise.withResolvers<void>(), passed: Promise.withResolvers<void>() }
const halting = defineAgent({
  name: 'Halting',
  description: 'Halts between two chunks.',
  skills: [{ id: 'halt', name: 'Halt', description: 'Halts.', tags: ['test'] }],
  async handle(_message, ctx) {
    await ctx.artifact({ artifactId: 'a', parts: [{ text: 'one' }] }, { append: true })
    between.reached.resolve()
    await between.passed.promise
    await ctx.artifact({ artifactId: 'a', parts: [{ text: 'two' }] }, { append: true })
  },
})

const platform = await startPlatform({
  agents: [gated.agent, halting],
  env: { A2A_GRPC_PORT: '0', A2A_AUTH_TOKENS: 'alice:alice-secret-token' },
})
after(() => platform[Symbol.asyncDispose]())

const token = 'alice-secret-token'
const grpc = async () => openGrpc()
const connect = (version: '1.0' | '0.3', given: Connection = { token }, to: Platform = platform) =>
  A2aClient.fromUrl(to.url, { grpc, version, transport: 'GRPC', ...given })
const to = (agent: string, text: string) => ({ message: { ...textMessage(text), metadata: { agent } } })

for (const version of protocolVersions)
  describe(`calls by gRPC in version ${version}`, () => {
    test('carry their credentials as metadata, in any header', async () => {
      const client = await connect(version)
      await assert.rejects(client.getTask('unknown'), (error: unknown) => {
        assert.ok(error instanceof RemoteError)
        return error.code === -32001 && JSON.stringify(error.data).includes('TASK_NOT_FOUND')
      })
      for (const wrong of [{}, { token: 'no' }, { headers: { 'X-API-Key': token } }])
        await assert.rejects((await connect(version, wrong)).getTask('unknown'), (error: unknown) => {
          assert.ok(error instanceof RemoteError)
          return error.code === -31401 && error.httpStatus === 401
        })
      await (await connect(version, { headers: { Authorization: `Bearer ${token}` } }))
        .getTask('x')
        .catch((error: unknown) => assert.ok(error instanceof RemoteError && error.code === -32001))
    })

    test('that take too long are given up, and their tasks go on', async () => {
      const client = await connect(version)
      const text = `late ${version}`
      const messageId = crypto.randomUUID()
      const message = { ...to('Gated', text).message, messageId }
      const sent = client.send({ message, configuration: { blocking: true } }, { timeoutMs: 300 })
      await assert.rejects(sent, (error: unknown) => error instanceof ConnectionError && error.timedOut)
      gated.open(text)
      const again = await client.send({ message, configuration: { blocking: true } })
      assert.ok(again.kind === 'task' && again.status.state === 'completed')
    })

    test('end with the reason of whoever gives them up', async () => {
      const client = await connect(version)
      const text = `left ${version}`
      const leaving = new AbortController()
      const reason = new Error('enough')
      const events = client.stream(to('Gated', text), { signal: leaving.signal })
      await events.next()
      leaving.abort(reason)
      await assert.rejects(Array.fromAsync(events), error => error === reason)
      gated.open(text)
    })
  })

test('a stream by gRPC that breaks goes on behind the last frame, without gap or duplicate', async () => {
  await using relay = await startRelay(platform.server.grpcPort ?? 0)
  const client = A2aClient.atEndpoint(`http://127.0.0.1:${relay.port}`, {
    ...{ transport: 'GRPC', version: '1.0', attaches: true, grpc, token },
  })
  let cuts = 0
  const events = client.stream(to('Halting', 'x'), { onRetry: () => void cuts++ })
  const seen: string[] = []
  for await (const event of events) {
    if (event.kind === 'task' || event.kind === 'status-update') seen.push(event.status.state)
    if (event.kind !== 'artifact-update') continue
    seen.push(...event.artifact.parts.map(part => (part.kind === 'text' ? part.text : '')))
    await between.reached.promise
    relay.cut()
    between.passed.resolve()
  }
  assert.ok(cuts > 0)
  assert.deepEqual(seen, ['submitted', 'working', 'one', 'two', 'completed'])
})

test('TLS is spoken where the address says so, with whom the certificate names', async () => {
  const { cert, key } = selfSigned()
  await using files = await withCertificate({ cert, key })
  await using other = await startPlatform({ env: { A2A_GRPC_PORT: '0', ...files.env } })
  const at = (url: string, ca?: string) =>
    A2aClient.atEndpoint(url, {
      ...{ transport: 'GRPC', version: '1.0', grpc: async () => openGrpc(ca === undefined ? {} : { ca }) },
    })
  const port = other.server.grpcPort
  // Whoever has checked an address connects to that one, and TLS still asks for the name.
  const located = (url: string) =>
    A2aClient.atEndpoint(url, {
      ...{ transport: 'GRPC', version: '1.0' },
      grpc: async () => openGrpc({ ca: cert, locate: async () => ['127.0.0.1'] }),
    })
  assert.deepEqual((await located(`https://localhost:${port}`).listTasks()).tasks, [])
  await assert.rejects(located(`https://other.example:${port}`).cancelTask('x'), ConnectionError)
  const { tasks } = await at(`https://localhost:${port}`, cert).listTasks()
  assert.deepEqual(tasks, [])
  const isLost = (error: unknown) => error instanceof ConnectionError && !error.timedOut
  // Reading is repeated for a while, so one that is not is taken here.
  for (const client of [at(`https://localhost:${port}`), at(`http://localhost:${port}`)])
    await assert.rejects(client.cancelTask('x'), isLost)
})

test('credentials do not go over plain gRPC to other networks', async () => {
  const client = A2aClient.atEndpoint('http://agent.example:1', { transport: 'GRPC', grpc, token })
  await assert.rejects(client.cancelTask('x'), BareCredentialsError)
})

test('an address where nobody is and a server that speaks something else are lost connections', async () => {
  const tls = platform.url.replace('http:', 'https:')
  await assert.rejects(
    A2aClient.atEndpoint(tls, { transport: 'GRPC', grpc }).cancelTask('x'),
    /no TLS is spoken there; an address with http/,
  )
  for (const url of ['http://127.0.0.1:1', platform.url]) {
    const client = A2aClient.atEndpoint(url, { transport: 'GRPC', version: '1.0', grpc })
    await assert.rejects(client.cancelTask('x'), ConnectionError)
  }
})
