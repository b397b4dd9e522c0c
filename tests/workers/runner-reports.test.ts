import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { type Platform, startPlatform } from '../platform.ts'
import { EventReader } from './event-reader.ts'
import { startRunner, textOf, whenTask } from './runner.ts'
import { call, createTask, getTask } from './worker-calls.ts'

let platform: Platform
const stack = new AsyncDisposableStack()

before(async () => {
  platform = stack.use(await startPlatform())
  // The prompt is the command.
  const args = ['--command', 'sh -s', '--pass-env', 'PASSED_API_KEY']
  stack.use(await startRunner(args, { url: platform.url, env: { PASSED_API_KEY: 'a-secret-of-somebody' } }))
})
after(() => stack.disposeAsync())

const say = (json: object) => `echo '${JSON.stringify(json)}' >> "$CODETETHER_REPORT"`

test('a command tells how far it is and in which session, and is heard while it runs', async () => {
  const { url } = platform
  const id = await createTask(url, {
    prompt: `${say({ progress: { percent: 40, message: 'compiling' }, session_id: 's-1' })}; read line < /dev/null
      while [ ! -s "$CODETETHER_MESSAGES" ]; do sleep 0.05; done; cat "$CODETETHER_MESSAGES"; ${say({ progress: { percent: 90 } })}`,
  })
  await using events = new EventReader(`${url}/v1/agent/tasks/${id}/output/stream`)
  await waitUntil('it is told', () => events.of('progress').length > 0)
  const { progress, session_id, status } = await getTask(url, id)
  assert.deepEqual([progress, session_id, status], [{ percent: 40, message: 'compiling' }, 's-1', 'running'])
  const next = { kind: 'message', role: 'user', messageId: crypto.randomUUID(), taskId: id }
  await platform.rpc('message/send', {
    message: { ...next, parts: [{ kind: 'text', text: 'echo "and then"' }] },
    configuration: { blocking: false },
  })
  const done = await whenTask(url, id, 'completed')
  assert.equal(done.result, 'and then', 'what was said is the next turn too')
  assert.deepEqual(done.progress, { percent: 90 }, 'what a command has written last is taken')
  assert.match(await textOf(url, id), /^\{"seq":\d+,"text":"echo \\"and then\\""\}\nand then\n$/)
})

test('the next attempt finds the last checkpoint of those before it', async () => {
  const { url } = platform
  const id = await createTask(url, {
    prompt: `if [ -n "$CODETETHER_CHECKPOINT" ]; then echo "was $(cat "$CODETETHER_CHECKPOINT")"; fi
      [ $CODETETHER_ATTEMPT = 3 ] && exit 0
      ${say({ checkpoint: { step: 1 } })}; ${say({ checkpoint: { step: 2 } })}
      echo "{\\"checkpoint\\": {\\"attempt\\": $CODETETHER_ATTEMPT}}" >> "$CODETETHER_REPORT"; exit 75`,
  })
  await whenTask(url, id, 'completed', 90_000)
  assert.equal(await textOf(url, id), 'was {"attempt":1}\nwas {"attempt":2}\n')
})

test('what is no report is left out, and the output says so; the rest counts', async () => {
  const { url } = platform
  const huge = `head -c 3000000 /dev/zero | tr '\\0' x >> "$CODETETHER_REPORT"; echo >> "$CODETETHER_REPORT"`
  const id = await createTask(url, {
    prompt: [
      'echo nonsense >> "$CODETETHER_REPORT"',
      say({ progress: { percent: 400 } }),
      say({ checkpoint: `nul\u0000` }),
      say({ session_id: '' }),
      say({ unknown: 1 }),
      huge,
      say({ progress: { message: 'with a-secret-of-somebody' } }),
      `printf '{"session_id": "no line end"}' >> "$CODETETHER_REPORT"`,
      'echo done',
    ].join('\n'),
  })
  const task = await whenTask(url, id, 'completed')
  assert.deepEqual([task.result, task.progress, task.session_id], ['done', { message: 'with ••••' }, 'no line end'])
  assert.equal((await textOf(url, id, 'system')).split('\n').length - 1, 6)
})

test('nothing of the files is left behind', async () => {
  const { url } = platform
  const id = await createTask(url, { prompt: 'dirname "$CODETETHER_REPORT"' })
  const { result } = await whenTask(url, id, 'completed')
  const look = await createTask(url, { prompt: `[ ! -e '${result}' ] && echo gone` })
  assert.equal((await whenTask(url, look, 'completed')).result, 'gone')
  assert.equal((await call(url, '/v1/agent/status')).body.available, true)
})
