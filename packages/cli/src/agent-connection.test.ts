import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fakeTask, startFakeAgent } from './testing/fake-agent.ts'
import { runCli } from './testing/run-cli.ts'

const answering = () => startFakeAgent(() => ({ result: fakeTask('completed', 'I am well.') }))

const basic = `Basic ${Buffer.from('ada:pässword').toString('base64')}`

const sent: [
  what: string,
  env: Record<string, string>,
  seen: [authorization: string | undefined, apiKey: string | undefined],
  args?: string[],
][] = [
  ['a bearer token', { A2A_CLIENT_BEARER_TOKEN: 'peer' }, ['Bearer peer', undefined]],
  ['name and password', { A2A_CLIENT_BASIC_AUTH: 'ada:pässword' }, [basic, undefined]],
  ['an API key', { A2A_CLIENT_API_KEY: 'key' }, [undefined, 'key']],
  ['a bearer token and a key', { A2A_CLIENT_BEARER_TOKEN: 'peer', A2A_CLIENT_API_KEY: 'key' }, ['Bearer peer', 'key']],
  ['the token of the own server, if there is no other', { CODETETHER_TOKEN: 'own' }, ['Bearer own', undefined]],
  [
    'no token of the own server beside others',
    { CODETETHER_TOKEN: 'own', A2A_CLIENT_API_KEY: 'key' },
    [undefined, 'key'],
  ],
  ['--token before all', { A2A_CLIENT_BASIC_AUTH: 'ada:x' }, ['Bearer given', undefined], ['--token', 'given']],
]

describe('what a call says who it is with', { concurrency: 4 }, () => {
  for (const [what, env, seen, args = []] of sent)
    test(`is ${what}`, async () => {
      await using agent = await answering()
      const result = await runCli(['call', agent.url, 'How are you?', ...args], { env })
      assert.deepEqual(result, { code: 0, stdout: 'I am well.\n', stderr: '' })
      assert.deepEqual([agent.calls[0]?.authorization, agent.calls[0]?.apiKey], seen)
    })

  const servers: [what: string, env: Record<string, string>, seen: string | undefined][] = [
    ['that of agents, where --server names one', { A2A_CLIENT_BEARER_TOKEN: 'peer' }, 'Bearer peer'],
    ['its own, if there is one', { A2A_CLIENT_BEARER_TOKEN: 'peer', CODETETHER_TOKEN: 'own' }, 'Bearer own'],
  ]
  for (const [what, env, seen] of servers)
    test(`to a server is ${what}`, async () => {
      await using agent = await answering()
      await runCli(['task', 'get', 't1', '--server', agent.url], { env })
      assert.equal(agent.calls[0]?.authorization, seen)
    })

  test('to the server that nobody named is nothing of what is for agents', async () => {
    await using agent = await answering()
    await runCli(['task', 'get', 't1'], { env: { A2A_CLIENT_BEARER_TOKEN: 'peer', CODETETHER_SERVER: agent.url } })
    assert.deepEqual([agent.calls.length, agent.calls[0]?.authorization], [1, undefined])
  })

  const wrong: [what: string, env: Record<string, string>, message: RegExp][] = [
    ['two of them for one header', { A2A_CLIENT_BEARER_TOKEN: 'x', A2A_CLIENT_BASIC_AUTH: 'a:b' }, /are both set/],
    ['a password without a name', { A2A_CLIENT_BASIC_AUTH: 'secret' }, /A2A_CLIENT_BASIC_AUTH has no colon/],
    ['a header that is none', { A2A_CLIENT_API_KEY: 'k', A2A_CLIENT_API_KEY_HEADER: 'a b' }, /is no name of a header/],
  ]
  for (const [what, env, message] of wrong)
    test(`is refused: ${what}`, async () => {
      const { code, stderr } = await runCli(['call', 'http://127.0.0.1:9', 'x'], { env })
      assert.equal(code, 2)
      assert.match(stderr, message)
      assert.doesNotMatch(stderr, /secret/)
    })

  test('is not said in plain text to another network', async () => {
    const env = { A2A_CLIENT_BEARER_TOKEN: 'peer' }
    const { code, stderr } = await runCli(['call', 'http://192.0.2.1:8000', 'x'], { env })
    assert.deepEqual(
      [code, stderr.split('\n')[0]],
      [2, 'error: credentials are not sent to http://192.0.2.1:8000 over plain http'],
    )
    assert.match(stderr, /hint: use https, or allow it with --allow-http/)
  })
})
