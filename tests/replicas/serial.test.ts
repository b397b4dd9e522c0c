import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { soon, to } from '../event-log.ts'
import { until } from '../journeys/until.ts'
import { orderOfBeginnings, overlaps, staleWrites } from './checks.ts'
import { Rig } from './rig.ts'
import { readStamped } from './stored.ts'

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
const agents = ['Serial']
const start = (leaseSeconds: number) => Rig.start({ database, replicas: [{ agents }, { agents }], leaseSeconds })

/** Submits a task to whichever replica is next. */
const submit = (rig: Rig, contextId: string, text: string) =>
  rig.rpc('message/send', soon(to('Serial', text, { contextId })))

const names = (context: string, count: number) => Array.from({ length: count }, (_, n) => `${context} ${n}`)
const isEnded = (rig: Rig, text: string) => rig.reports().some(r => r.text === text && r.moment === 'ended')
const allEnd = (rig: Rig, texts: readonly string[], timeoutMs?: number) =>
  until('all runs to end', async () => texts.every(text => isEnded(rig, text)), timeoutMs)

/** No two runs of a context at once, and each context in the order in which it was submitted. */
async function assertSerial(rig: Rig, contexts: readonly string[][]): Promise<void> {
  assert.deepEqual(overlaps(rig.reports()), [])
  for (const texts of contexts)
    assert.deepEqual(orderOfBeginnings(rig.reports().filter(({ text }) => texts.includes(text))), texts)
  assert.deepEqual(staleWrites((await readStamped(database.admin)).events), [])
}

test('tasks of one context run one at a time and in the order of their submission, whichever replica gets them', async () => {
  await using rig = await start(60)
  const contexts = ['a', 'b', 'c'].map(context => names(context, 20))
  const submitAll = async (texts: readonly string[]) => {
    for (const text of texts) await submit(rig, `context ${text[0]}`, text)
  }
  await Promise.all(contexts.map(submitAll))
  await allEnd(rig, contexts.flat())
  await assertSerial(rig, contexts)
  const replicas = [0, 1].map(place => rig.at(place).reports.length > 0)
  assert.deepEqual(replicas, [true, true], 'only one replica has run anything: the test shows nothing')
})

test('a task that takes long holds up its own context and no other one', async () => {
  await using rig = await start(60)
  const held = ['gated task', 'behind it', 'behind both']
  for (const text of held) await submit(rig, 'held up', text)
  const free = names('free', 6)
  for (const [index, text] of free.entries()) await submit(rig, `free ${index}`, text)
  await allEnd(rig, free)
  assert.deepEqual(
    held.filter(text => isEnded(rig, text)),
    [],
  )
  for (const place of [0, 1]) rig.at(place).open('gated task')
  await allEnd(rig, held)
  await assertSerial(rig, [held])
})

test('a context goes on in its order when the replica that runs its task is killed', async () => {
  await using rig = await start(2)
  const texts = ['gated and killed', ...names('next', 6)]
  for (const text of texts) await submit(rig, 'killed', text)
  const runs = await until('the run', async () =>
    [0, 1].find(place => rig.at(place).reports.some(({ text }) => text === 'gated and killed')),
  )
  await rig.at(runs).kill()
  const other = rig.at(1 - runs)
  await other.told('began', 'gated and killed')
  other.open('gated and killed')
  await allEnd(rig, texts)
  await assertSerial(rig, [texts])
})
