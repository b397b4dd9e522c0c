import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { call } from './commands/call.ts'
import { readEnvironment } from './environment.ts'
import { fakeTask, startFakeAgent } from './testing/fake-agent.ts'

test('a conversation keeps its context, and an answer goes to the task that asked', async () => {
  const answers = [
    fakeTask('completed', 'Hello!'),
    fakeTask('input-required', 'Which one?'),
    fakeTask('completed', 'Done.'),
  ]
  await using agent = await startFakeAgent(() => ({ result: answers.shift() }))
  const streams = {
    stdin: Object.assign(new PassThrough(), { isTTY: true }),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  }
  const environment = readEnvironment({ CODETETHER_DATA_DIR: '/nowhere' })
  streams.stdin.end('Hi\n\nDo it\nThe first\n')
  const code = await call({ url: agent.url }, { ...streams, environment, signal: AbortSignal.timeout(10_000) })
  streams.stdout.end()
  streams.stderr.end()
  assert.match(await text(streams.stderr), /^http:\S+ answers, by A2A 0\.3 over JSONRPC\. Ctrl-D leaves/)
  assert.equal(code, 0)
  assert.equal(await text(streams.stdout), 'Hello!\nWhich one?\nDone.\n')
  assert.deepEqual(
    agent.calls.map(({ params: { message } }) => [message?.parts[0]?.text, message?.contextId, message?.taskId]),
    [
      ['Hi', undefined, undefined],
      ['Do it', 'c1', undefined],
      ['The first', 'c1', 't1'],
    ],
  )
})
