import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { type Platform, startPlatform } from '../platform.ts'
import { outputOf, type Runner, startRunner, textOf, whenTask } from './runner.ts'
import { createTask, getTask } from './worker-calls.ts'

const megabytes = 50
const secret = 'correct horse battery staple'

let platform: Platform
let runner: Runner
const stack = new AsyncDisposableStack()
before(async () => {
  platform = stack.use(await startPlatform())
  // What is garbage is collected late where there is room for it: so there is little.
  const env = { DEPLOY_PASSWORD: secret, NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=4' }
  runner = stack.use(await startRunner(['--command', 'sh -s'], { url: platform.url, env }))
})
after(() => stack.disposeAsync())

/** Kilobytes that a process has in memory. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)
}

test(`a command that writes ${megabytes} MB is slowed down, and all arrives in its order`, async () => {
  const { url } = platform
  const bytes = megabytes * 1_000_000
  const before = await memoryOf(runner.program.pid)
  const id = await createTask(url, { prompt: `seq 1 1000000000 | head -c ${bytes}` })
  let most = 0
  await waitUntil(
    'it is done',
    async () => {
      most = Math.max(most, await memoryOf(runner.program.pid))
      return (await getTask(url, id)).status === 'completed'
    },
    120_000,
  )
  assert.ok(most - before < 80_000, `grew by ${most - before} kB`)
  const hash = createHash('sha256')
  let chars = 0
  for (const { content } of await outputOf(url, id)) {
    hash.update(content)
    chars += content.length
  }
  assert.equal(chars, bytes)
  assert.equal(hash.digest('hex'), numbersHash(bytes))
})

function numbersHash(bytes: number): string {
  const hash = createHash('sha256')
  let left = bytes
  for (let n = 1; left > 0; n += 1000) {
    const text = Array.from({ length: 1000 }, (_, index) => `${n + index}\n`).join('')
    hash.update(text.slice(0, left))
    left -= text.length
  }
  return hash.digest('hex')
}

test('characters that are cut anywhere arrive whole, and what is no text is told', async () => {
  const { url } = platform
  const cut =
    "printf '\\342'; sleep 0.2; printf '\\202'; sleep 0.2; printf '\\254 \\360\\237'; sleep 0.2; printf '\\230\\200'"
  const id = await createTask(url, { prompt: `${cut}; printf ' a\\000b \\377 \\342\\202'` })
  await whenTask(url, id, 'completed')
  assert.equal(await textOf(url, id), '€ 😀 a\ufffdb \ufffd \ufffd')
})

test('secrets of the environment and texts of the form of tokens are not shown, also if they come in pieces', async () => {
  const { url } = platform
  const token = `ghp_${'a1B2'.repeat(9)}`
  const half = secret.length / 2
  const prompt = `
printf '%s' 'pass: ${secret.slice(0, half)}'; sleep 0.3; echo '${secret.slice(half)}.'
printf 'token: ${token.slice(0, 10)}'; sleep 0.3; echo '${token.slice(10)} end'
echo 'https://me:hunter2222@example.com/' >&2
echo 'Authorization: Bearer abcdefghijklmnop' >&2
echo correct`
  const id = await createTask(url, { prompt })
  const task = await whenTask(url, id, 'completed')
  const text = await textOf(url, id)
  assert.equal(text, 'pass: ••••.\ntoken: •••• end\ncorrect\n')
  assert.equal(task.result, text.trimEnd())
  assert.equal(await textOf(url, id, 'stderr'), 'https://me:••••@example.com/\nAuthorization: Bearer ••••\n')
})

test('output comes while the command runs', async () => {
  const { url } = platform
  const id = await createTask(url, { prompt: 'echo soon; sleep 600' })
  assert.equal(await waitUntil('it comes', async () => (await textOf(url, id)) || null), 'soon\n')
  await fetch(`${url}/v1/agent/tasks/${id}/cancel`, { method: 'POST' })
})
