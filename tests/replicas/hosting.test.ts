import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { query, soon, to } from '../event-log.ts'
import { rpc } from '../platform.ts'
import { Rig } from './rig.ts'

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())

const attemptsOf = (id: string) =>
  query<{ attempt: number }>(database, 'select attempt from tasks where id = $1', [id]).then(([row]) => row?.attempt)

test('a replica never claims tasks of an agent that it does not host', async () => {
  const replicas = [{ agents: ['Gated', 'Heedless'] }, { agents: ['Heedless'] }]
  await using rig = await Rig.start({ database, replicas, leaseSeconds: 2 })
  const [both, one] = [rig.at(0), rig.at(1)]
  const gated = await rpc(both.url, { method: 'message/send', params: soon(to('Gated', 'not hosted')) })
  await both.told('waits', 'not hosted')
  await rpc(both.url, { method: 'message/send', params: soon(to('Heedless', 'hosted')) })
  await both.told('waits', 'hosted')
  await both.kill()
  // Its lease has run out after that of the other task, which was there to be claimed all the time.
  await one.told('waits', 'hosted')
  one.open('hosted')
  await one.told('ended', 'hosted')
  assert.equal(await attemptsOf(gated.result.id), 1)
  assert.deepEqual([...new Set(one.reports.map(({ text }) => text))], ['hosted'])

  const restarted = await rig.replace(0)
  await restarted.told('waits', 'not hosted')
  restarted.open('not hosted')
  await restarted.told('ended', 'not hosted')
  assert.equal(await attemptsOf(gated.result.id), 2)
})
