import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { SendMessageRequest } from '@a2a-js/sdk'
import {
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
} from '@a2a-js/sdk/client'
import { startPlatform } from '../platform.ts'
import { active, both, busy, generationKey, type Version } from './support.ts'

const platform = await startPlatform({ agents: [busy] })
after(() => platform[Symbol.asyncDispose]())

/** The official client, with the header that activates the extension. */
async function connect(version: Version) {
  const fetchImpl: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...active(version) } })
  const legacyCompat = { enabled: true }
  const factory = new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      transports: [new JsonRpcTransportFactory({ fetchImpl, legacyCompat })],
    }),
  )
  if (version === '1.0') return factory.createFromUrl(platform.url)
  const response = await fetch(`${platform.url}/.well-known/agent-card.json`)
  const { supportedInterfaces: _, ...card } = (await response.json()) as { supportedInterfaces: unknown }
  return factory.createFromAgentCard(new DefaultAgentCardResolver({ legacyCompat }).normalizeAgentCard(card))
}

for (const version of both)
  test(`the official client reads the generations of the extension, speaking v${version}`, async () => {
    const client = await connect(version)
    assert.equal(client.protocolVersion, version)
    const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: 'go' }] }
    const request = SendMessageRequest.fromJSON({ message: { ...message, metadata: { agent: 'Busy' } } })
    const frames = await Array.fromAsync(client.sendMessageStream(request))
    const payloads = frames.flatMap(({ payload }) => (payload?.$case === 'message' ? [] : (payload?.value ?? [])))
    assert.deepEqual(
      payloads.map(({ metadata }) => metadata?.[generationKey]),
      payloads.map((_, n) => n + 1),
    )
    const [task] = payloads
    assert.ok(task && 'id' in task)
    assert.equal((await client.getTask({ tenant: '', id: task.id })).metadata?.[generationKey], frames.length)
  })
