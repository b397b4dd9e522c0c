import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { TaskState } from '@a2a-js/sdk'
import { testDatabase } from '@codetether/testing/test-database'
import { until } from '../journeys/until.ts'
import { connect, dialects, kindOf, nameOf, request, send, tenant, wordsOf } from '../official-client.ts'
import { Rig } from './rig.ts'

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
const replicas = [{ agents: ['Gated'] }, { agents: ['Gated'] }]
// Whatever is seen here within seconds has not waited for a lease.
const rig = owned.use(await Rig.start({ database, replicas, leaseSeconds: 60, grpc: true }))
const { balancer } = rig.front

for (const dialect of dialects) {
  const client = await connect(rig.url, dialect)
  const name = nameOf(dialect)

  test(`a stream that is opened on another replica than the one that runs the task shows it to its end, ${name}`, async () => {
    const text = `elsewhere, ${name}`
    const { id } = await send(client, request(text, { agent: 'Gated', returnImmediately: true }))
    const [runs] = await rig.whoRuns(text)
    const stream = client.resubscribeTask({ tenant, id })
    const first = (await stream.next()).value?.payload
    assert.notEqual(balancer.last, runs)
    assert.ok(first?.$case === 'task')
    assert.deepEqual(first.value.artifacts.map(wordsOf), ['1 2 3 '])
    runs.open(text)
    const rest = await Array.fromAsync(stream)
    assert.deepEqual(rest.map(kindOf), ['artifactUpdate', 'artifactUpdate', 'TASK_STATE_COMPLETED'])
  })

  test(`a blocking call to one replica is answered when the task ends on another one, ${name}`, async () => {
    const text = `blocking, ${name}`
    const message = request(text, { agent: 'Gated' })
    const first = send(client, message)
    const [runs] = await rig.whoRuns(text)
    // The same message id: the second call attaches to the task of the first one.
    const second = send(client, message)
    await until('the second call', async () => balancer.last !== runs)
    runs.open(text)
    const [one, other] = await Promise.all([first, second])
    assert.equal(one.status?.state, TaskState.TASK_STATE_COMPLETED)
    assert.deepEqual(other, one)
  })
}
