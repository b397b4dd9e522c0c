import assert from 'node:assert/strict'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fakeArtifact, fakeTask, startFakeAgent } from './testing/fake-agent.ts'
import { runCli, startCli } from './testing/run-cli.ts'

const concurrency = 4
const endless = () => startFakeAgent(() => ({ events: [fakeTask('working'), fakeArtifact('…\n')], stayOpen: true }))

describe('signals and pipes', { concurrency }, () => {
  test('Ctrl-C stops following, says how to go on, and ends with 130', async () => {
    await using agent = await endless()
    const child = startCli(['call', agent.url, 'x', '--stream'], { input: '' })
    const [closed, stderr] = [once(child, 'close'), text(child.stderr)]
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    const [code] = await closed
    assert.equal(code, 130)
    assert.match(await stderr, /hint: the task goes on; follow it with: codetether task watch t1 --server http/)
    assert.deepEqual(
      agent.calls.map(call => call.method),
      ['message/stream'],
    )
  })

  test('task watch does the same, also while it reads nothing', async () => {
    const asked = Promise.withResolvers<void>()
    await using agent = await startFakeAgent(() => {
      asked.resolve()
      return { events: [], stayOpen: true }
    })
    const child = startCli(['task', 'watch', 't1', '--server', agent.url, '--after', '4'], { input: '' })
    const closed = once(child, 'close')
    await asked.promise
    child.kill('SIGTERM')
    const [code] = await closed
    assert.equal(code, 143)
    assert.equal(agent.calls[0]?.lastEventId, '4')
  })

  test('task watch says where changes are missing, and goes on with the task as it is', async () => {
    const snapshot = fakeTask('working')
    const gone = { code: -31410, message: 'gone', data: [{ metadata: { earliestCursor: 7, generation: 9, snapshot } }] }
    await using agent = await startFakeAgent(({ lastEventId }) => {
      if (lastEventId === '9') return { result: fakeTask('completed', 'done') }
      return { error: gone }
    })
    const { code, stdout, stderr } = await runCli(['task', 'watch', 't1', '--server', agent.url, '--after', '4'])
    assert.deepEqual([code, stdout], [0, 'done\n'])
    assert.match(stderr, /does not keep the changes in between any more.*task t1: working.*task t1: completed/s)
    assert.deepEqual(
      agent.calls.map(call => call.lastEventId),
      ['4', '9'],
    )
  })

  test('a reader that goes away ends the program quietly with 0', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => fakeArtifact(`${index} ${'x'.repeat(200)}\n`))
    await using agent = await startFakeAgent(() => ({ events: [fakeTask('working'), ...many], stayOpen: true }))
    const child = startCli(['call', agent.url, 'x', '--stream'], { input: '' })
    const [closed, stderr] = [once(child, 'close'), text(child.stderr)]
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [code] = await closed
    assert.deepEqual([code, await stderr], [0, 'task t1: working\n'])
  })

  test('nothing is coloured in a pipe', async () => {
    const { stdout } = await runCli(['doctor'], { env: { CODETETHER_DATA_DIR: '/nowhere', A2A_PORT: '0' } })
    assert.equal(stdout.includes('\u001b'), false)
  })
})

describe('the program', { concurrency }, () => {
  test('tells its version and how to use it', async () => {
    const [version, help] = await Promise.all([runCli(['--version']), runCli(['--help'])])
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/)
    assert.deepEqual([version.code, help.code], [0, 0])
    assert.match(help.stdout, /Examples:\n.*codetether dev/)
  })

  test('explains itself to programs', async () => {
    const lines = [
      ['help', '--json'],
      ['--help', '--json'],
      ['help', 'task', '--json'],
      ['completion', '--help', '--json'],
    ]
    const [whole, same, task, completion] = await Promise.all(lines.map(line => runCli(line)))
    assert.equal(same?.stdout, whole?.stdout)
    const { names, commands } = JSON.parse(whole?.stdout ?? '')
    assert.deepEqual(names, ['codetether'])
    assert.ok(commands.some((command: { names: string[] }) => command.names.includes('start')))
    assert.deepEqual(JSON.parse(task?.stdout ?? '').commands[0].arguments, [
      { name: 'id', choices: [], required: true },
    ])
    assert.deepEqual(JSON.parse(completion?.stdout ?? '').arguments[0].choices.length, 4)
  })

  test('explains itself on an older Node', async () => {
    const bin = fileURLToPath(new URL('../bin/codetether.js', import.meta.url))
    const older = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' }); await import(${JSON.stringify(bin)})`
    const { spawnSync } = await import('node:child_process')
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', older], { encoding: 'utf8' })
    assert.deepEqual([result.status, result.stdout], [1, ''])
    assert.match(result.stderr, /^error: codetether needs Node\.js 24 or newer.*\n$/)
  })

  test('prints the settings with their origin, secrets masked', async () => {
    const env = { A2A_PORT: '9999', A2A_AUTH_TOKENS: 'me:very-secret-token' }
    const { stdout, code } = await runCli(['config', '--json'], { env })
    const { settings } = JSON.parse(stdout)
    const port = settings.find((setting: { name: string }) => setting.name === 'A2A_PORT')
    assert.deepEqual([code, port.value, port.origin], [0, '9999', 'environment'])
    assert.equal(stdout.includes('very-secret-token'), false)
  })
})
