import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startFakeAgent } from './testing/fake-agent.ts'
import { runCli } from './testing/run-cli.ts'

const concurrency = 4

describe('errors', { concurrency }, () => {
  test('are an error line and a hint on standard error', async () => {
    await using agent = await startFakeAgent(() => ({ error: { code: -32001, message: 'Task not found' } }))
    const result = await runCli(['task', 'get', 'x', '--server', agent.url])
    const stderr = 'error: Task not found\nhint: list your tasks with: codetether task list\n'
    assert.deepEqual(result, { code: 3, stdout: '', stderr })
  })

  test('are one JSON document on standard output with --json', async () => {
    await using agent = await startFakeAgent(() => ({ error: { code: -31401, message: 'Who?' }, status: 401 }))
    const result = await runCli(['task', 'list', '--server', agent.url, '--json'])
    const { error } = JSON.parse(result.stdout)
    assert.deepEqual([result.code, error.code, error.exitCode, error.httpStatus], [4, 'UNAUTHENTICATED', 4, 401])
    assert.equal(result.stderr, '')
  })

  test('of usage are reported in the same two ways', async () => {
    const [human, json] = await Promise.all([runCli(['task', 'nosuch']), runCli(['call', '--json'])])
    assert.deepEqual([human.code, human.stdout], [2, ''])
    assert.match(human.stderr, /^error: unknown command 'nosuch'\nhint: /)
    assert.deepEqual([json.code, json.stderr, JSON.parse(json.stdout).error.code], [2, '', 'USAGE'])
  })

  test('of a server that is not there end with 75', async () => {
    const result = await runCli(['agents'], { env: { CODETETHER_SERVER: 'http://127.0.0.1:1' } })
    assert.equal(result.code, 75)
    assert.match(result.stderr, /^error: no connection to http:\/\/127\.0\.0\.1:1: .*\nhint: /)
  })

  test('of the settings are listed all at once, and end with 2', async () => {
    const result = await runCli(['serve', '--port', '99999', '--log-level', 'loud'])
    assert.equal(result.code, 2)
    assert.match(result.stderr, /--port must be .*\n.*--log-level must be /)
  })
})
