import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { Task } from '@codetether/protocol/v03/wire'
import { agentOf } from '../event-log.ts'
import { startPlatform } from '../platform.ts'
import { local, sendV03, sendV10 } from './push-calls.ts'
import { startReceiver } from './receiver.ts'

const file = 'x'.repeat(limits.pushTaskBytes)

/** Says little, then shows a file, then says a lot. */
const growing = agentOf('Growing', async (_message, { status, artifact, reply }) => {
  await status('small')
  await artifact({ artifactId: 'file', parts: [{ raw: Buffer.from(file).toString('base64') }] })
  await status('short')
  await reply(file)
})

test('a task that has become large is told of in outline, with what is missing', async () => {
  await using receiver = await startReceiver()
  await using platform = await startPlatform({ agents: [growing], env: local })
  await platform.rpc('message/send', sendV03('Growing', { url: `${receiver.url}/` }))
  const bodies = (await receiver.at('/', 7)).map(({ body, raw }) => {
    assert.ok(raw.length <= limits.pushTaskBytes)
    assert.deepEqual(Task.parse(body), body)
    return body
  })
  const last = bodies.at(-1)
  assert.equal(last.status.state, 'completed')
  assert.deepEqual(last.metadata.omitted, ['history', 'artifacts', 'status.message'])
  assert.deepEqual([last.history, last.artifacts, last.status.message], [undefined, undefined, undefined])
  assert.equal(last.metadata.agent, 'Growing')
  // By GetTask, it is all there.
  const { result } = await platform.rpc('tasks/get', { id: last.id })
  assert.equal(result.artifacts[0].parts[0].file.bytes.length, Math.ceil(file.length / 3) * 4)
})

test('a change of v1.0 is told as a whole, however large', async () => {
  await using receiver = await startReceiver()
  await using platform = await startPlatform({ agents: [growing], env: local })
  await platform.rpc('SendMessage', sendV10('Growing', { url: `${receiver.url}/` }))
  const received = await receiver.at('/', 7)
  const shown = received.find(({ body }) => body.artifactUpdate?.artifact.artifactId === 'file')
  assert.equal(shown?.body.artifactUpdate.artifact.parts[0].raw.length, Math.ceil(file.length / 3) * 4)
  assert.equal(received.at(-1)?.body.statusUpdate.status.message.parts[0].text, file)
})
