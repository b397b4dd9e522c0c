import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { type Program, runNode, workspace } from '../journeys/server-process.ts'
import { call, getTask } from './worker-calls.ts'

export const codetether = join(workspace, 'packages/cli/bin/codetether.js')

export interface RunnerOptions {
  /** Where the server is. */
  url: string
  /** A data directory that is there already. */
  dataDir?: string
  env?: Record<string, string>
}

/** A worker as a process of its own, started as a person does. Disposing stops it. */
export interface Runner extends AsyncDisposable {
  program: Program
  id: string
  dataDir: string
}

/** Starts `codetether worker` and waits until it is connected. */
export async function startRunner(args: readonly string[], options: RunnerOptions): Promise<Runner> {
  await using stack = new AsyncDisposableStack()
  const directory = options.dataDir === undefined ? stack.use(await temporaryDirectory()).path : options.dataDir
  const program = stack.use(launchRunner(args, { ...options, dataDir: directory }))
  let ended = false
  void program.exited.then(() => {
    ended = true
  })
  await waitUntil('the worker is connected', () => {
    assert.ok(!ended, `the worker has ended:\n${program.output()}`)
    return program.output().includes('"connected"')
  })
  const { worker_id } = JSON.parse(await readFile(join(directory, 'worker.json'), 'utf8'))
  const owned = stack.move()
  return { program, id: worker_id, dataDir: directory, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** The same without waiting for anything. */
export const launchRunner = (args: readonly string[], { url, dataDir = '', env = {} }: RunnerOptions): Program =>
  runNode([codetether, 'worker', '--server', url, '--data-dir', dataDir, ...args], { cwd: workspace, env })

/** Waits until a task is what it shall be. @returns the task. */
export const whenTask = (url: string, id: string, status: string, timeoutMs?: number) =>
  waitUntil(
    `the task is ${status}`,
    async () => {
      const task = await getTask(url, id)
      return task.status === status ? task : null
    },
    timeoutMs,
  )

/** All that a task has put out, in its order. */
export async function outputOf(url: string, id: string): Promise<{ stream: string; content: string; seq: number }[]> {
  const output: { type: string; stream: string; content: string; seq: number }[] = []
  for (let since = 0; ; ) {
    const { body } = await call(url, `/v1/agent/tasks/${id}/output?since=${since}`)
    output.push(...body.output)
    if (!body.more) break
    since = body.next
  }
  return output.filter(({ type }) => type === 'output')
}

/** What a stream of a task has put out, in one. */
export const textOf = async (url: string, id: string, stream = 'stdout'): Promise<string> =>
  (await outputOf(url, id))
    .filter(part => part.stream === stream)
    .map(({ content }) => content)
    .join('')
