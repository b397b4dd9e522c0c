import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { soon, to } from '../event-log.ts'
import { faultless, findFaults } from '../journeys/history.ts'
import { until } from '../journeys/until.ts'
import { rpc } from '../platform.ts'
import { Rig } from './rig.ts'
import { readStamped } from './stored.ts'

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
const leaseSeconds = 3

test('an agent that keeps its process busy for twice its lease keeps the lease and answers once', async () => {
  const agents = ['Burner']
  await using rig = await Rig.start({ database, replicas: [{ agents }, { agents }], leaseSeconds })
  const [burns, other] = [rig.at(0), rig.at(1)]
  const params = soon(to('Burner', String(2 * leaseSeconds * 1000)))
  const { result } = await rpc(burns.url, { method: 'message/send', params })
  const state = async () =>
    (await rpc(other.url, { method: 'tasks/get', params: { id: result.id } })).result.status.state
  await until('the task to end', async () => (await state()) !== 'working', 30_000)
  assert.equal(await state(), 'completed')
  assert.deepEqual(
    rig.reports().map(({ moment, attempt }) => [moment, attempt]),
    [
      ['began', 1],
      ['ended', 1],
    ],
  )
  const history = await readStamped(database.admin)
  assert.deepEqual(findFaults({ acknowledged: new Map(), ...history }), faultless)
  assert.equal(history.events.filter(event => event.begins !== null).length, 1)
})
