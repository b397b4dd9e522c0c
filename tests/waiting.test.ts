import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageV10 } from './conformance/calls.ts'
import { gatedAgent } from './journeys/gated-agent.ts'
import { message, startPlatform } from './platform.ts'

test('a blocking call of v0.3 is answered after the time of the setting, one of v1.0 only with the end', async () => {
  const gated = gatedAgent()
  await using platform = await startPlatform({ agents: [gated.agent], env: { A2A_BLOCKING_TIMEOUT_SECONDS: '1' } })
  const newer = platform.rpc('SendMessage', messageV10('long', { agent: 'Gated' }))
  const older = await platform.rpc('message/send', message('longer', { metadata: { agent: 'Gated' } }))
  assert.equal(older.result.status.state, 'working')
  const first = await Promise.race([newer.then(() => 'answered'), platform.rpc('ListTasks').then(() => 'waiting')])
  assert.equal(first, 'waiting')
  gated.open('long')
  assert.equal((await newer).result.task.status.state, 'TASK_STATE_COMPLETED')
})
