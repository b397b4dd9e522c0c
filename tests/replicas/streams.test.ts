import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { soon, to } from '../event-log.ts'
import { frames, kindOf } from '../journeys/frames.ts'
import { rpc } from '../platform.ts'
import { Rig } from './rig.ts'

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
// Whatever is seen here within seconds has not waited for a lease.
const rig = owned.use(
  await Rig.start({ database, replicas: [{ agents: ['Gated'] }, { agents: ['Gated'] }], leaseSeconds: 60 }),
)

test('a stream that is opened on another replica than the one that runs the task shows all of it', async () => {
  const [runs, reads] = [rig.at(0), rig.at(1)]
  const sent = await rpc(runs.url, { method: 'message/send', params: soon(to('Gated', 'elsewhere')) })
  await runs.told('waits', 'elsewhere')
  const params = { id: sent.result.id }
  const stream = frames(reads.url, { method: 'tasks/resubscribe', params, headers: { 'last-event-id': '0' } })
  const before = [await stream.next(), await stream.next()].map(({ value }) => value && kindOf(value))
  assert.deepEqual(before, ['task', 'working'])
  runs.open('elsewhere')
  const rest = await Array.fromAsync(stream)
  assert.deepEqual(rest.map(kindOf), [...Array(5).fill('artifact-update'), 'completed'])
  assert.deepEqual(
    rest.map(frame => frame.id),
    [3, 4, 5, 6, 7, 8],
  )
})

test('a blocking call to one replica is answered when the task ends on another one', async () => {
  const params = to('Gated', 'blocking')
  const [runs, waits] = [rig.at(0), rig.at(1)]
  const first = rpc(runs.url, { method: 'message/send', params })
  await runs.told('waits', 'blocking')
  // The same message id: the second call attaches to the task of the first one.
  const second = rpc(waits.url, { method: 'message/send', params })
  runs.open('blocking')
  const [one, other] = await Promise.all([first, second])
  assert.equal(one.result.status.state, 'completed')
  assert.deepEqual(other.result, one.result)
})
