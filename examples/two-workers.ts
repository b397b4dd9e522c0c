/**
 * Two workers with different capabilities, and a task for each:
 *   node examples/two-workers.ts http://127.0.0.1:8000
 * A task goes to a worker that has all that it requires, and waits as long as there is none.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { followOutput } from './follow-output.ts'

const [server = 'http://127.0.0.1:8000'] = process.argv.slice(2)
const runWorker = fileURLToPath(new URL('../packages/cli/deploy/worker/run-worker.sh', import.meta.url))

/** A worker that is stopped, and forgotten by the server, when it is disposed. */
async function startWorker(name: string, capabilities: string, command: string): Promise<AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'codetether-example-'))
  const own = ['--server', server, '--name', name, '--data-dir', directory, '--unregister-on-exit']
  const args = [...own, '--capabilities', capabilities, '--command', command, '--log-level', 'error']
  const worker = spawn('/bin/sh', [runWorker, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(worker, 'exit')
  return {
    async [Symbol.asyncDispose]() {
      worker.kill('SIGTERM')
      await exited
      await rm(directory, { recursive: true })
    },
  }
}

/** Stores a task. @returns its id. */
async function createTask(prompt: string, capability: string): Promise<string> {
  const token = process.env.CODETETHER_TOKEN
  const response = await fetch(`${server}/v1/agent/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ prompt, required_capabilities: [capability] }),
  })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return JSON.parse(await response.text()).task_id
}

await using _upper = await startWorker('upper', 'upper-case,text', "printf 'upper: '; tr a-z A-Z")
await using _lower = await startWorker('lower', 'lower-case,text', "printf 'lower: '; tr A-Z a-z")
const tasks = [await createTask('Quiet', 'upper-case'), await createTask('LOUD', 'lower-case')]
for (const task of tasks) {
  let text = ''
  const status = await followOutput(server, task, ({ content }) => {
    text += content
  })
  console.log(`${status} by ${text}`)
}
