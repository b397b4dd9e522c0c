import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fakeArtifact, fakeStatus, fakeTask, startFakeAgent } from '../testing/fake-agent.ts'
import { startModelAgent } from '../testing/model-agent.ts'
import { runCli } from '../testing/run-cli.ts'

const concurrency = 4
const answering = () => startFakeAgent(() => ({ result: fakeTask('completed', 'It is 100.') }))
const streaming = () =>
  startFakeAgent(({ method }) => ({
    events: [fakeTask('submitted'), fakeArtifact('It is '), fakeArtifact('100.', true), fakeStatus('completed', true)],
    stayOpen: method === 'never',
  }))
const endless = () => startFakeAgent(() => ({ events: [fakeTask('working'), fakeArtifact('…\n')], stayOpen: true }))

describe('the message and the answer of a call', { concurrency }, () => {
  test('prints the answer and nothing else', async () => {
    await using agent = await answering()
    const result = await runCli(['call', agent.url, 'Calculate 25 * 4'])
    assert.deepEqual(result, { code: 0, stdout: 'It is 100.\n', stderr: '' })
    assert.equal(agent.calls[0]?.params.message?.parts[0]?.text, 'Calculate 25 * 4')
  })

  test('reads the text from standard input, with - or when something is piped in', async () => {
    await using agent = await answering()
    await runCli(['call', agent.url], { input: 'from a pipe\n' })
    await runCli(['call', agent.url, '-'], { input: 'two\nlines\n' })
    const texts = agent.calls.map(call => call.params.message?.parts[0]?.text)
    assert.deepEqual(texts, ['from a pipe', 'two\nlines'])
  })

  test('an interface that the card does not declare is refused with the way out', async () => {
    await using agent = await startModelAgent()
    const { code, stderr } = await runCli(['call', agent.url, 'x', '--transport', 'grpc'])
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^error: the agent's card declares no GRPC: it has .*\nhint: leave out --protocol and --transport/,
    )
  })

  test('says so when there is nothing to send', async () => {
    const result = await runCli(['call', 'http://127.0.0.1:9'], { input: '' })
    assert.deepEqual(
      [result.code, result.stderr],
      [2, 'error: the text to send is empty\nhint: write it behind the address, or pipe it in\n'],
    )
  })

  test('--json prints one document', async () => {
    await using agent = await answering()
    const result = await runCli(['call', agent.url, 'x', '--json'])
    assert.deepEqual(JSON.parse(result.stdout), fakeTask('completed', 'It is 100.'))
  })

  test('--stream prints the answer as it comes, states beside it', async () => {
    await using agent = await streaming()
    const result = await runCli(['call', agent.url, 'x', '--stream'])
    assert.deepEqual(result, { code: 0, stdout: 'It is 100.\n', stderr: 'task t1: submitted\ncompleted\n' })
  })

  test('an id that an agent made up steers neither the terminal nor the shell into which a hint is pasted', async () => {
    const id = "t\u001b]0;x\u0007'$(touch x)"
    await using agent = await startFakeAgent(() => ({
      events: [
        { ...fakeTask('working'), id },
        { ...fakeStatus('input-required', true), taskId: id },
      ],
    }))
    const { stderr } = await runCli(['call', agent.url, 'x', '--stream'])
    assert.equal(
      stderr,
      "task t'$(touch x): working\ninput-required\n" +
        `hint: answer with: codetether call ${agent.url} --task 't'\\''$(touch x)' "…"\n`,
    )
  })

  test('--stream --json prints one document a line', async () => {
    await using agent = await streaming()
    const { stdout } = await runCli(['call', agent.url, 'x', '--stream', '--json'])
    const kinds = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).kind)
    assert.deepEqual(kinds, ['task', 'artifact-update', 'artifact-update', 'status-update'])
  })

  test('sends task, context, agent and token', async () => {
    await using agent = await answering()
    await runCli(['call', agent.url, 'x', '--task', 't', '--context', 'c', '--agent', 'Echo'], {
      env: { CODETETHER_TOKEN: 'secret' },
    })
    const [call] = agent.calls
    const { taskId, contextId, metadata } = call?.params.message ?? {}
    assert.deepEqual([taskId, contextId, metadata], ['t', 'c', { agent: 'Echo' }])
    assert.equal(call?.authorization, 'Bearer secret')
  })
})

describe('an agent whose answer is nested', { concurrency }, () => {
  const parts = [{ kind: 'data', data: { nested: 'here' } }]
  const status = { ...fakeStatus('working'), metadata: { nested: 'here' } }
  const answers = {
    task: { result: { ...fakeTask('completed'), artifacts: [{ artifactId: 'a', parts }] } },
    message: { result: { kind: 'message', messageId: 'm', role: 'agent', parts } },
    error: { error: { code: -32000, message: 'x', data: { nested: 'here' } } },
    event: { result: status },
  }
  const brackets = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  /** As text: no program can write so many levels. */
  const answering = (answer: object, levels: number, type: string) => {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, ...answer }).replace('"here"', brackets(levels))
    return startFakeAgent(() => ({ type, body: type === 'application/json' ? text : `data: ${text}\n\n` }))
  }

  for (const [what, answer] of Object.entries(answers))
    for (const flags of [[], ['--json']])
      test(`without end is refused in one line: ${what} ${flags.join()}`, async () => {
        const isEvent = what === 'event'
        await using agent = await answering(answer, 100_000, isEvent ? 'text/event-stream' : 'application/json')
        const result = await runCli(['call', agent.url, 'x', ...(isEvent ? ['--stream'] : []), ...flags])
        assert.equal(result.code, 1)
        assert.match(result.stdout + result.stderr, /the answer is nested deeper than 500 levels/)
        assert.doesNotMatch(result.stdout + result.stderr, /DEFECT|defect|call stack/)
      })

  test('400 levels deep is printed', async () => {
    await using agent = await answering(answers.task, 400, 'application/json')
    const { stdout } = await runCli(['call', agent.url, 'x'])
    assert.equal(stdout, `{"nested":${brackets(400)}}\n`)
  })
})

describe('the outcome of a call', { concurrency }, () => {
  test('waits for a task that the server returns unfinished', async () => {
    await using agent = await startFakeAgent(({ method }) => ({
      result: method === 'tasks/get' ? fakeTask('completed', 'at last') : fakeTask('submitted'),
    }))
    const result = await runCli(['call', agent.url, 'x'])
    assert.deepEqual([result.code, result.stdout], [0, 'at last\n'])
  })

  test('ends with 1 when the task fails, and prints what the agent said', async () => {
    await using agent = await startFakeAgent(() => ({ result: fakeTask('failed', 'I cannot.') }))
    const result = await runCli(['call', agent.url, 'x'])
    assert.deepEqual(result, { code: 1, stdout: 'I cannot.\n', stderr: 'error: the task is failed\n' })
  })

  test('says how to answer a question', async () => {
    await using agent = await startFakeAgent(() => ({ result: fakeTask('input-required', 'Which one?') }))
    const result = await runCli(['call', agent.url, 'x'])
    assert.deepEqual([result.code, result.stdout], [0, 'Which one?\n'])
    assert.equal(result.stderr, `hint: answer with: codetether call ${agent.url} --task t1 "…"\n`)
  })

  test('--timeout gives up with 75 and says how to go on', async () => {
    await using agent = await endless()
    const result = await runCli(['call', agent.url, 'x', '--stream', '--timeout', '2.5'])
    assert.equal(result.code, 75)
    assert.match(result.stderr, /error: not finished within 2\.5 s\nhint: the task goes on; .* task watch t1 --server/)
  })

  test('--timeout tells the task without --stream too, also to programs', async () => {
    await using agent = await startFakeAgent(() => ({ result: fakeTask('working') }))
    const { code, stderr } = await runCli(['call', agent.url, 'x', '--timeout', '2.5'])
    assert.equal(code, 75)
    assert.match(stderr, /error: not finished within 2\.5 s\nhint: the task goes on; .* task watch t1 --server/)
    const { stdout } = await runCli(['call', agent.url, 'x', '--timeout', '2.5', '--json'])
    const { error } = JSON.parse(stdout)
    assert.deepEqual([error.code, error.exitCode, error.taskId], ['TIMEOUT', 75, 't1'])
  })

  test('an address with https where no TLS is spoken says what may be meant', async () => {
    await using agent = await answering()
    const { code, stderr } = await runCli(['call', agent.url.replace('http:', 'https:'), 'x'])
    assert.equal(code, 75)
    assert.match(stderr, /no TLS is spoken there; an address with http:\/\/ may be meant/)
  })
})
