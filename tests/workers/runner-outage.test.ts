import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { assertSoundLog } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { launchRunner, outputOf, type Runner, startRunner, textOf, whenTask } from './runner.ts'
import { startLine } from './tcp-proxy.ts'
import { call, createTask } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const shell = ['--command', 'sh -s']
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('')
const spoolOf = ({ dataDir }: Pick<Runner, 'dataDir'>) => readdir(join(dataDir, 'spool'))
const untilExists = (path: string) => `until [ -e ${path} ]; do sleep 0.05; done`

test('a line that is cut and mended loses no output, and none comes twice', async () => {
  const { url, database } = platform
  await using line = await startLine(url)
  await using directory = await temporaryDirectory()
  await using runner = await startRunner(shell, { url: line.url })
  const go = join(directory.path, 'go')
  const id = await createTask(url, { prompt: `seq 1 1000; ${untilExists(go)}; seq 1001 60000` })
  await waitUntil('the first part is there', async () => (await textOf(url, id)).endsWith('\n1000\n'))
  line.cut()
  await writeFile(go, '')
  await waitUntil('output waits on disk', async () => (await spoolOf(runner)).length === 1)
  line.mend()
  await whenTask(url, id, 'completed', 30_000)
  assert.equal(await textOf(url, id), numbers(60_000))
  await assertSoundLog(database, id)
  assert.deepEqual(await spoolOf(runner), [])
})

test('what does not fit on disk is counted, and the count stands in its place', async () => {
  const { url } = platform
  await using line = await startLine(url)
  await using directory = await temporaryDirectory()
  await using runner = await startRunner([...shell, '--spool-mib', '1'], { url: line.url })
  const [go, done] = [join(directory.path, 'go'), join(directory.path, 'done')]
  const bulk = 'head -c 3000000 /dev/zero | tr "\\\\0" x'
  const id = await createTask(url, { prompt: `echo begin; ${untilExists(go)}; ${bulk}; touch ${done}; echo; echo end` })
  await waitUntil('it runs', async () => (await textOf(url, id)) === 'begin\n')
  line.cut()
  await writeFile(go, '')
  await waitUntil('the command was not held up', () => readFile(done).catch(() => null))
  line.mend()
  await whenTask(url, id, 'completed', 30_000)
  const output = await outputOf(url, id)
  const note = output.find(({ stream }) => stream === 'system')
  const dropped = Number(/^\[(\d+) bytes of output were left out here/.exec(note?.content ?? '')?.[1])
  const kept = output.filter(({ stream }) => stream === 'stdout').reduce((sum, { content }) => sum + content.length, 0)
  assert.ok(dropped > 1_500_000 && dropped < 2_500_000, `${dropped} bytes`)
  assert.equal(kept + dropped, 'begin\n\nend\n'.length + 3_000_000)
  assert.deepEqual(await spoolOf(runner), [])
})

test('a worker that was killed gives back at its next start what it ran, at once', async () => {
  const { url, database } = platform
  await using directory = await temporaryDirectory()
  const options = { url, dataDir: directory.path }
  await using killed = await startRunner(shell, options)
  const id = await createTask(url, { prompt: 'echo $CODETETHER_ATTEMPT $$; [ $CODETETHER_ATTEMPT = 2 ] || sleep 600' })
  const [, pid] = (await waitUntil('it runs', async () => (await textOf(url, id)) || null)).split(/\s/)
  await killed.program.end('SIGKILL')
  await waitUntil('the command went with its worker', () => {
    try {
      return !process.kill(Number(pid), 0)
    } catch {
      return true
    }
  })
  await using again = await startRunner(shell, options)
  assert.equal(again.id, killed.id)
  const task = await whenTask(url, id, 'completed')
  assert.equal(task.attempt, 2)
  await assertSoundLog(database, id)
})

test('a result that the server has not heard of is delivered by the next process', async () => {
  const { url, database } = platform
  await using line = await startLine(url)
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'worker')
  await using killed = await startRunner(shell, { url: line.url, dataDir })
  const go = join(directory.path, 'go')
  const id = await createTask(url, { prompt: `echo one; ${untilExists(go)}; echo two; echo three >&2` })
  await waitUntil('it runs', async () => (await textOf(url, id)) === 'one\n')
  line.cut()
  await writeFile(go, '')
  await waitUntil('the end waits on disk', async () => {
    const [name = ''] = await spoolOf({ dataDir })
    return name !== '' && (await readFile(join(dataDir, 'spool', name), 'utf8')).includes('"completed"')
  })
  await killed.program.end('SIGKILL')
  line.mend()
  await using _again = await startRunner(shell, { url: line.url, dataDir })
  const task = await whenTask(url, id, 'completed')
  assert.deepEqual([task.attempt, task.result], [1, 'one\ntwo'])
  assert.equal(await textOf(url, id), 'one\ntwo\n')
  await assertSoundLog(database, id)
})

test('files that an earlier process could not begin are removed', async () => {
  await using directory = await temporaryDirectory()
  const spool = join(directory.path, 'spool')
  await mkdir(spool)
  for (const [name, text] of [
    ['empty', ''],
    ['cut', '{"task_id":"'],
    ['strange', 'x\n{"worker_seq":1}\n'],
  ] as const)
    await writeFile(join(spool, `${name}.jsonl`), text)
  await using _runner = await startRunner(shell, { url: platform.url, dataDir: directory.path })
  assert.deepEqual(await readdir(spool), [])
})

test('a worker that has never found its server says what may be wrong', async () => {
  await using directory = await temporaryDirectory()
  await using program = launchRunner(shell, { url: 'http://127.0.0.1:1', dataDir: directory.path })
  const [line = ''] = await waitUntil('it tries again', () => program.output().match(/.*trying again.*/))
  assert.match(line, /no connection to http.*--server/)
})

test('a worker whose token is not accepted any more registers again, under its id', async () => {
  const { url } = platform
  await using directory = await temporaryDirectory()
  const options = { url, dataDir: directory.path }
  await using first = await startRunner(shell, options)
  await first.program.end('SIGTERM')
  const path = join(directory.path, 'worker.json')
  const spoilt = (await readFile(path, 'utf8')).replace(/.{6}"\}/, 'AAAAAA"}')
  await writeFile(path, spoilt)
  await using again = await startRunner(shell, options)
  assert.equal(again.id, first.id)
  assert.notEqual(await readFile(path, 'utf8'), spoilt)
  const id = await createTask(url, { prompt: 'echo back', target_worker_id: again.id })
  assert.equal((await whenTask(url, id, 'completed')).result, 'back')
})

test('a worker that somebody has unregistered comes back', async () => {
  const { url } = platform
  await using line = await startLine(url)
  await using runner = await startRunner(shell, { url: line.url })
  const unregister = `/v1/agent/workers/${runner.id}/unregister`
  assert.equal((await call(url, unregister, { method: 'POST' })).status, 200)
  // It is told of it with a heartbeat, or when it connects again.
  line.cut()
  line.mend()
  const id = await createTask(url, { prompt: 'echo back', target_worker_id: runner.id })
  assert.equal((await whenTask(url, id, 'completed', 40_000)).result, 'back')
})
