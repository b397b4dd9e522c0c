import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { generationKey, resumeUri } from '@codetether/protocol/resume-extension'
import { connect, dialects, nameOf, request, tenant } from '../official-client.ts'
import { startPlatform } from '../platform.ts'
import { busy } from './support.ts'

const platform = await startPlatform({ agents: [busy], env: { A2A_GRPC_PORT: '0' } })
after(() => platform[Symbol.asyncDispose]())

const options = { serviceParameters: { 'A2A-Extensions': resumeUri } }

for (const dialect of dialects)
  test(`the official client reads the generations of the extension, speaking ${nameOf(dialect)}`, async () => {
    const client = await connect(platform.url, dialect)
    assert.equal(client.protocolVersion, dialect.version)
    const frames = await Array.fromAsync(client.sendMessageStream(request('go', { agent: 'Busy' }), options))
    const payloads = frames.flatMap(({ payload }) => (payload?.$case === 'message' ? [] : (payload?.value ?? [])))
    assert.deepEqual(
      payloads.map(({ metadata }) => metadata?.[generationKey]),
      payloads.map((_, n) => n + 1),
    )
    const [task] = payloads
    assert.ok(task && 'id' in task)
    assert.equal((await client.getTask({ tenant, id: task.id }, options)).metadata?.[generationKey], frames.length)
  })
