import assert from 'node:assert/strict'
import test from 'node:test'
import { message, startPlatform } from '../platform.ts'

test('a built-in agent that asks back goes on with the answer', async () => {
  await using platform = await startPlatform()
  const asked = await platform.rpc('message/send', message('weather', { metadata: { agent: 'Weather' } }))
  assert.equal(asked.result.status.state, 'input-required')
  const { id: taskId, contextId } = asked.result
  const { result } = await platform.rpc('message/send', message('San Francisco', { taskId, contextId }))
  assert.deepEqual([result.id, result.status.state], [taskId, 'completed'])
  assert.match(
    result.status.message.parts[0].text,
    /^Weather for San Francisco \(sample data, not a forecast\): -?\d+ °C/,
  )
  assert.deepEqual(
    result.history.map((part: { role: string }) => part.role),
    ['user', 'agent', 'user'],
  )
})
