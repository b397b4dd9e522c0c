import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { startPlatform } from '../platform.ts'
import { startRunner, textOf, whenTask } from './runner.ts'
import { call, createTask } from './worker-calls.ts'

const tasks = 200
const workers = 2

/** Ignores signals, as do a child and a grandchild, and one that has left the group. */
const stubborn = `
trap '' TERM INT HUP
sh -c 'trap "" TERM; sleep 601 & echo $$ $!; wait' &
setsid sh -c 'trap "" TERM; echo $$; sleep 602' &
echo $$
echo ready
wait
`

/** Processes that run, and are not only waiting to be counted. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0]
  return state !== undefined && state !== 'Z' && state !== 'X'
}

const isNumber = (word: string): boolean => /^\d+$/.test(word)

test('canceled commands that ignore signals are gone with all that they have started', async t => {
  if (!(await readdir('/proc').catch(() => null))) return t.skip('without /proc nobody can look')
  await using platform = await startPlatform()
  const { url } = platform
  await using runners = new AsyncDisposableStack()
  for (let n = 0; n < workers; n++)
    runners.use(await startRunner(['--command', 'sh -s', '--max-concurrent-tasks', String(tasks / workers)], { url }))
  const ids = await Promise.all(Array.from({ length: tasks }, () => createTask(url, { prompt: stubborn })))
  const pids: number[] = []
  for (const id of ids) {
    const words = await waitUntil(
      'the command is ready',
      async () => {
        const output = (await textOf(url, id)).split(/\s+/)
        return output.includes('ready') && output.filter(isNumber).length === 4 ? output : null
      },
      60_000,
    )
    pids.push(...words.filter(isNumber).map(Number))
  }
  assert.equal(pids.length, 4 * tasks)
  assert.ok((await Promise.all(pids.map(isRunning))).every(Boolean))
  const begun = performance.now()
  const answers = await Promise.all(ids.map(id => call(url, `/v1/agent/tasks/${id}/cancel`, { method: 'POST' })))
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  for (const pid of pids) await waitUntil(`${pid} does not run`, async () => !(await isRunning(pid)), 20_000)
  const ms = performance.now() - begun
  assert.ok(ms < 10_000, `took ${ms} ms`)
  t.diagnostic(`all gone after ${Math.round(ms)} ms`)
  const next = await createTask(url, { prompt: 'echo next' })
  assert.equal((await whenTask(url, next, 'completed')).result, 'next')
})
