import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineAgent } from '@codetether/agents/define-agent'
import { startCollector } from '../collector.ts'
import { startPlatform } from '../platform.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'

test('what an agent asks another belongs to the trace of its caller, over HTTP and gRPC', async () => {
  await using collector = await startCollector()
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, A2A_OUTBOUND_ALLOW: '127.0.0.1', A2A_GRPC_PORT: '0' }
  {
    await using peer = await startPlatform({ env: traced })
    const relaying = defineAgent({
      name: 'Relaying',
      description: 'Asks twice.',
      skills: [{ id: 'relay', name: 'Relay', description: 'Asks.', tags: ['test'] }],
      async handle(message, ctx) {
        for (const transport of ['JSONRPC', 'GRPC'] as const)
          await ctx.sendTo(peer.url, message.parts, { transport, agent: 'Echo' })
        await ctx.reply('done')
      },
    })
    await using platform = await startPlatform({ agents: [relaying], env: traced })
    const sent = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'x' }], metadata: { agent: 'Relaying' } }
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
    const { result } = await platform.rpc('SendMessage', { message: sent }, headers)
    assert.equal(result.task.status.state, 'TASK_STATE_COMPLETED')
  }
  const ours = collector.spans.filter(span => span.traceId === traceId)
  const sendings = ours.filter(({ name }) => name === 'send_to')
  assert.deepEqual([sendings.length, sendings[0]?.attributes['server.address']], [2, '127.0.0.1'])
  const isBelow = ({ parentSpanId }: { parentSpanId: string }) => sendings.some(({ spanId }) => spanId === parentSpanId)
  const doors = ours.filter(isBelow).map(({ name }) => name)
  assert.ok(doors.includes('POST /'), String(doors))
  assert.ok(
    doors.some(name => name.startsWith('lf.a2a.v1.A2AService/')),
    String(doors),
  )
})
