import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { message, rpc } from '../platform.ts'
import { type DataDirectory, dataDirectory, isAlive } from './data-directory.ts'
import { type Frame, frames, kindOf } from './frames.ts'
import { countUnfinished, faultless, findFaults, readStored } from './history.ts'
import { type ServerProcess, startKillableServer } from './server-process.ts'
import { until } from './until.ts'

const counting = message('count', { metadata: { agent: 'Counter' } })

type Ending = 'SIGKILL' | 'SIGTERM'

/** Ends the server when a reader of its counting agent has seen all that the first attempt says before it waits. */
async function endWhileCounting(server: ServerProcess, signal: Ending): Promise<Frame[]> {
  const seen: Frame[] = []
  const reading = async () => {
    for await (const frame of frames(server.url, { method: 'message/stream', params: counting })) {
      seen.push(frame)
      if (frame.result.artifact?.parts[0].text === '3 ') await server.end(signal)
    }
  }
  await assert.rejects(reading, 'a stream must not seem to end when its server does')
  assert.deepEqual(seen.map(kindOf), ['task', 'working', 'artifact-update', 'artifact-update', 'artifact-update'])
  return seen
}

const readOn = (server: ServerProcess, id: string, after: number): Promise<Frame[]> =>
  Array.fromAsync(
    frames(server.url, { method: 'tasks/resubscribe', params: { id }, headers: { 'last-event-id': String(after) } }),
  )

async function assertStoredOnce(server: ServerProcess, taskId: string): Promise<void> {
  const { tasks, events } = await readStored(server.runtime.database)
  const acknowledged = new Map([[counting.message.messageId, taskId]])
  assert.deepEqual(findFaults({ acknowledged, tasks, events }), faultless)
  const own = events.filter(event => event.taskId === taskId)
  assert.equal(own.filter(event => event.kind === 'attempt').length, 2)
}

async function assertOneCluster({ dataDir }: DataDirectory): Promise<void> {
  const clusters = (await readdir(join(dataDir, 'pg'))).filter(name => !name.startsWith('native-'))
  assert.deepEqual(clusters, ['18'])
}

/** What both endings of a server have in common: the task goes on, and its readers miss and repeat nothing. */
async function assertGoesOn(server: ServerProcess, before: readonly Frame[]): Promise<void> {
  server.child.send('open the gate')
  const taskId = before[0]?.result.id
  const after = await readOn(server, taskId, before.at(-1)?.id ?? 0)
  const all = await readOn(server, taskId, 0)

  const together = [...before, ...after]
  assert.deepEqual(
    together.map(frame => frame.id),
    together.map((_, index) => index + 1),
  )
  assert.deepEqual(
    together.map(frame => frame.id),
    all.map(frame => frame.id),
  )
  assert.deepEqual(before, all.slice(0, before.length))
  const [updates, end] = [after.map(kindOf), after.at(-1)?.result]
  assert.deepEqual(updates, ['working', ...Array(4).fill('artifact-update'), 'completed'])
  assert.deepEqual([end.final, end.status.message.parts[0].text], [true, 'attempt 2'])

  const { result } = await rpc(server.url, { method: 'tasks/get', params: { id: taskId } })
  const count = result.artifacts.find((artifact: { artifactId: string }) => artifact.artifactId === 'count')
  assert.equal(count.parts.map((part: { text: string }) => part.text).join(''), '1 2 3 4 5 6 ')
  await assertStoredOnce(server, taskId)
}

test('a task that runs when its server is killed goes on to its end, and its readers miss and repeat nothing', async () => {
  await using directory = await dataDirectory()
  await using killed = await startKillableServer(directory)
  const postgres = directory.postgresPid()
  assert.ok(postgres)
  const before = await endWhileCounting(killed, 'SIGKILL')
  assert.ok(isAlive(postgres), 'PostgreSQL does not die with its server')

  await using server = await startKillableServer(directory)
  assert.equal(directory.postgresPid(), postgres, 'the orphan was taken over')
  await assertGoesOn(server, before)
  await assertOneCluster(directory)

  assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null })
  assert.ok(!isAlive(postgres), 'a server that stops takes the adopted PostgreSQL with it')
  assert.equal(directory.postgresPid(), null)
})

test('a task that runs when its server is stopped goes on at the next start in the same way', async () => {
  await using directory = await dataDirectory()
  await using stopped = await startKillableServer(directory)
  const before = await endWhileCounting(stopped, 'SIGTERM')
  assert.deepEqual(await stopped.exited, { code: 0, signal: null })
  assert.equal(directory.postgresPid(), null)

  await using server = await startKillableServer(directory)
  await assertGoesOn(server, before)
})

test('all tasks that run when their server is killed go on at the next start, however many they are', async () => {
  const many = 250
  await using directory = await dataDirectory()
  await using killed = await startKillableServer(directory)
  const sent = Array.from({ length: many }, () => {
    const params = { ...message('count', { metadata: { agent: 'Counter' } }), configuration: { blocking: false } }
    return rpc(killed.url, { method: 'message/send', params })
  })
  const states = new Set((await Promise.all(sent)).map(({ result }) => result.status.state))
  assert.deepEqual([...states], ['working'])
  await killed.end('SIGKILL')

  await using server = await startKillableServer(directory)
  server.child.send('open the gate')
  const { database } = server.runtime
  await until('all tasks to end', async () => (await countUnfinished(database)) === 0, 20_000)
  const { tasks, events } = await readStored(database)
  assert.deepEqual([findFaults({ acknowledged: new Map(), tasks, events }), tasks.length], [faultless, many])
})
