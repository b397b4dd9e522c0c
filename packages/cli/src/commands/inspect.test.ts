import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { canonicalCard } from '@codetether/protocol/v10/canonical-card'
import { exportJWK, FlattenedSign, generateKeyPair } from 'jose'
import { type Fault, json, modelCard, rpcError, startModelAgent, stream } from '../testing/model-agent.ts'
import { runCli } from '../testing/run-cli.ts'

const concurrency = 4

interface Line {
  result: string
  subject: string
  check: string
  section: string
  seen: string
}

/** Inspects an agent with one fault. */
const inspected = async (fault: Fault, args: readonly string[] = [], env: Record<string, string> = {}) => {
  await using agent = await startModelAgent(fault)
  const { code, stdout, stderr } = await runCli(['inspect', agent.url, '--json', ...args], { env })
  const report: { ok: boolean; findings: Line[] } = JSON.parse(stdout)
  const lines = (result: string) =>
    report.findings
      .filter(line => line.result === result)
      .map(line => `${line.subject}: ${line.check}: ${line.section}`)
  return { code, stderr, report, lines, requests: agent.requests }
}

const onCard =
  (change: (card: ReturnType<typeof modelCard>, url: string) => object): Fault =>
  ({ path }, url) =>
    path.startsWith('/.well-known/')
      ? json(change(modelCard(url), url), 200, { 'cache-control': 'max-age=60', etag: '1' })
      : undefined

/** Changes the answer to one method over JSON-RPC. */
const onMethod =
  (name: string, change: (id: unknown) => ReturnType<typeof json>): Fault =>
  ({ path, body }) => {
    if (path !== '/rpc' || !body.includes(`"method":"${name}"`)) return undefined
    return change(JSON.parse(body).id)
  }

const onPath =
  (start: string, change: () => ReturnType<Fault>): Fault =>
  ({ path }) =>
    path.startsWith(start) ? change() : undefined

const done = { id: 't1', contextId: 'c1', status: { state: 'TASK_STATE_COMPLETED' } }
const pushUrl = 'https://codetether-inspect.invalid/webhook'
const headerOf = (url: string): string =>
  Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'x', jku: `${url}/jwks.json` })).toString('base64url')

const working = { id: 't1', status: { state: 'TASK_STATE_WORKING' } }

const faults: [what: string, fault: Fault, failures: string[], seen: RegExp, args?: string[]][] = [
  ['no card', onPath('/.well-known', () => json({}, 404)), ['card: card: v1.0 §8.2, v0.3 §5.3'], /HTTP 404/],
  ['a card that is none', onCard(() => ({ hello: 'world' })), ['card: card: v1.0 §8.2, v0.3 §5.3'], /no agent card/],
  [
    'a card that is too large',
    onCard(card => ({ ...card, description: 'x'.repeat(2 ** 20) })),
    ['card: card: v1.0 §8.2, v0.3 §5.3'],
    /more than 1048576 bytes/,
  ],
  [
    'a skill without tags and a provider without a url',
    onCard(card => ({ ...card, provider: { organization: 'A' }, skills: [{ id: 'a', name: 'A', description: 'A' }] })),
    ['card: form of v1.0: v1.0 §4.4.2', 'card: form of v1.0: v1.0 §4.4.5'],
    /provider\.url.*skills\.0\.tags/s,
  ],
  [
    'a security scheme of v0.3 in a card of v1.0',
    onCard(card => ({ ...card, securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'k' } } })),
    ['card: form of v1.0: v1.0 §4.5.1'],
    /securitySchemes\.key/,
  ],
  [
    'an interface without a web address',
    onCard(card => ({
      ...card,
      supportedInterfaces: [
        ...card.supportedInterfaces,
        { url: '/rpc', protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      ],
    })),
    ['card: interface 1.0: v1.0 §8.3.1'],
    /JSONRPC \/rpc is no absolute web address/,
  ],
  [
    'a skill that is there twice',
    onCard(card => ({ ...card, skills: [...card.skills, ...card.skills] })),
    ['card: skills: v1.0 §4.4.5, v0.3 §5.5.4'],
    /model is there twice/,
  ],
  [
    'another code for an unknown task',
    onMethod('GetTask', id => rpcError(-32602, id)),
    ['JSONRPC 1.0: unknown task: v1.0 §3.1.3', 'JSONRPC 1.0: unknown version: v1.0 §3.6.2'],
    /-32602 error -32602, and not -32001/,
  ],
  [
    'an answer with another id',
    onMethod('SubscribeToTask', () => rpcError(-32001, 'another')),
    ['JSONRPC 1.0: subscription: v1.0 §3.1.6'],
    /for the id "another"/,
  ],
  [
    'a list without the token of the next page',
    onMethod('ListTasks', id => json({ jsonrpc: '2.0', id, result: { tasks: [], pageSize: 1, totalSize: 0 } })),
    ['JSONRPC 1.0: list of tasks: v1.0 §3.1.4'],
    /nextPageToken/,
  ],
  [
    'a second page that repeats the first',
    onMethod('ListTasks', id =>
      json({ jsonrpc: '2.0', id, result: { tasks: [done], nextPageToken: 'x', pageSize: 1, totalSize: 2 } }),
    ),
    ['JSONRPC 1.0: list of tasks: v1.0 §3.1.4'],
    /the second page repeats the first/,
  ],
  [
    'a list that hides its next page',
    onMethod('ListTasks', id =>
      json({ jsonrpc: '2.0', id, result: { tasks: [done], nextPageToken: '', pageSize: 1, totalSize: 2 } }),
    ),
    ['JSONRPC 1.0: list of tasks: v1.0 §3.1.4'],
    /1 of 2 tasks, and no token of a next page/,
  ],
  [
    'an extended card that is declared and not there, or no card',
    (request, url) =>
      onCard(card => ({ ...card, capabilities: { ...card.capabilities, extendedAgentCard: true } }))(request, url) ??
      onMethod('GetExtendedAgentCard', id => json({ jsonrpc: '2.0', id, result: { name: 'no card' } }))(request, url),
    ['JSONRPC 1.0: extended card: v1.0 §3.1.11', 'HTTP+JSON 1.0: extended card: v1.0 §3.1.11'],
    /no agent card/,
  ],
  [
    'push configurations that are declared and not there',
    onCard(card => ({ ...card, capabilities: { ...card.capabilities, pushNotifications: true } })),
    ['JSONRPC 1.0: push configurations: v1.0 §3.1.7', 'HTTP+JSON 1.0: push configurations: v1.0 §3.1.7'],
    /create: HTTP/,
    ['--send', 'Hello'],
  ],
  [
    'a push configuration that outlives its deletion',
    (request, url) =>
      onCard(card => ({ ...card, capabilities: { ...card.capabilities, pushNotifications: true } }))(request, url) ??
      (request.body.includes('PushNotificationConfig')
        ? json({ jsonrpc: '2.0', id: JSON.parse(request.body).id, result: { url: pushUrl } })
        : undefined),
    ['JSONRPC 1.0: push configurations: v1.0 §3.1.7'],
    /still there after it was deleted/,
    ['--send', 'Hello', '--transport', 'jsonrpc'],
  ],
  [
    'a signature that does not fit the card',
    onCard((card, url) => ({ ...card, signatures: [{ protected: headerOf(url), signature: 'AAAA' }] })),
    ['card: signature: v1.0 §8.4'],
    /no set of keys at http/,
  ],
  [
    'an error without ErrorInfo over HTTP+JSON',
    onPath('/rest/tasks/', () => json({ error: { code: 404, message: 'no' } }, 404)),
    [
      'HTTP+JSON 1.0: unknown task: v1.0 §3.1.3',
      'HTTP+JSON 1.0: unknown version: v1.0 §3.6.2',
      'HTTP+JSON 1.0: subscription: v1.0 §3.1.6',
      'HTTP+JSON 1.0: push undeclared: v1.0 §3.3.4',
    ],
    /no ErrorInfo for the reason TASK_NOT_FOUND/,
  ],
  [
    'a version that is not looked at',
    ({ headers }) => {
      headers['a2a-version'] = '1.0'
      return undefined
    },
    ['JSONRPC 1.0: unknown version: v1.0 §3.6.2', 'HTTP+JSON 1.0: unknown version: v1.0 §3.6.2'],
    /-32001 error -32001, and not -32009/,
  ],
  [
    'an interface that breaks connections',
    onPath('/rpc', () => 'reset'),
    ['JSONRPC 1.0: unknown task: v1.0 §3.1.3'],
    /no connection to/,
  ],
  [
    'a stream that is none',
    onMethod('SendStreamingMessage', id => json({ jsonrpc: '2.0', id, result: {} })),
    ['JSONRPC 1.0: stream: v1.0 §3.1.2'],
    /application\/json, and not text\/event-stream/,
    ['--send', 'Hello'],
  ],
  [
    'a stream that ends before its task',
    onPath('/rest/message:stream', () => stream({ task: working })),
    ['HTTP+JSON 1.0: stream: v1.0 §3.1.2'],
    /1 frames, and the end in the state working/,
    ['--send', 'Hello', '--transport', 'http+json'],
  ],
  [
    'a stream that breaks off',
    onPath('/rest/message:stream', () => ({ ...stream({ task: working }), behind: 'reset' })),
    ['HTTP+JSON 1.0: stream: v1.0 §3.1.2'],
    /no connection to/,
    ['--send', 'Hello', '--transport', 'http+json'],
  ],
  [
    'a stream that goes on for ever',
    onPath('/rest/message:stream', () => ({ ...stream({ task: working }), behind: 'stay' })),
    ['inspection: time limit: '],
    /not finished within 4 s/,
    ['--send', 'Hello', '--transport', 'http+json', '--timeout', '4'],
  ],
  [
    'a stream whose frames have no shape',
    onPath('/rest/message:stream', () => stream({ task: { id: 't1' } })),
    ['HTTP+JSON 1.0: stream: v1.0 §3.1.2'],
    /answers with a result that A2A 1\.0 does not know/,
    ['--send', 'Hello', '--transport', 'http+json'],
  ],
]

describe('the inspection of an agent', { concurrency }, () => {
  test('finds nothing wrong with one that does what the specification says', async () => {
    const { code, lines, report } = await inspected(() => undefined, ['--send', 'Hello'])
    assert.deepEqual([code, report.ok, lines('fail'), lines('warn')], [0, true, [], []])
    assert.ok(lines('ok').includes('HTTP+JSON 1.0: stream: v1.0 §3.1.2'))
  })

  for (const [what, fault, failures, seen, args] of faults)
    test(`finds ${what}`, async () => {
      const { code, lines, report } = await inspected(fault, args)
      assert.deepEqual(lines('fail'), failures)
      assert.match(report.findings.flatMap(line => (line.result === 'fail' ? line.seen : [])).join('\n'), seen)
      assert.deepEqual([code, report.ok], [1, false])
    })

  test('warns of a page token that is made up and taken, and of keys of another server', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] }
    await using keys = await startModelAgent(({ path }) => (path === '/jwks.json' ? json(jwks) : undefined))
    const sign = async (card: object) => {
      const signed = await new FlattenedSign(new TextEncoder().encode(canonicalCard(card)))
        .setProtectedHeader({ alg: 'ES256', kid: 'k', jku: `${keys.url}/jwks.json` })
        .sign(privateKey)
      return { ...card, signatures: [{ protected: signed.protected, signature: signed.signature }] }
    }
    let signed: object = {}
    await using agent = await startModelAgent(({ path, body }) => {
      if (path.startsWith('/.well-known/')) return json(signed)
      if (!body.includes('"method":"ListTasks"')) return undefined
      const result = { tasks: [], nextPageToken: '', pageSize: 1, totalSize: 0 }
      return json({ jsonrpc: '2.0', id: JSON.parse(body).id, result })
    })
    signed = await sign(modelCard(agent.url))
    const { code, stdout } = await runCli(['inspect', agent.url, '--json', '--transport', 'jsonrpc'])
    const { findings }: { findings: Line[] } = JSON.parse(stdout)
    const warned = findings.filter(({ result }) => result === 'warn').map(({ check }) => check)
    assert.deepEqual([code, warned], [0, ['caching', 'entity tag', 'signature', 'forged page token']])
  })

  test('does not wait for the other answers of an interface that gave none', async () => {
    const { lines } = await inspected(onPath('/rpc', () => 'reset'))
    assert.ok(lines('skip').includes('JSONRPC 1.0: list of tasks: v1.0 §3.1.4'))
    assert.ok(lines('ok').includes('HTTP+JSON 1.0: list of tasks: v1.0 §3.1.4'))
  })

  test('looks at a card of v0.3 by the rules of v0.3', async () => {
    const { supportedInterfaces: _, skills: __, ...card } = modelCard('')
    const older = (_: unknown, url: string) => ({
      ...{ ...card, protocolVersion: '0.3.0', url: `${url}/rpc`, defaultInputModes: 'text/plain' },
      ...{ skills: [], additionalInterfaces: [{ url: `${url}/rest`, transport: 'SOAP' }] },
    })
    const shaped = await inspected(onCard(older))
    assert.ok(shaped.lines('fail').includes('card: form of v0.3: v0.3 §5.5'))
    const whole = (_: unknown, url: string) => ({ ...older(_, url), defaultInputModes: ['text/plain'] })
    const { lines } = await inspected(onCard(whole))
    assert.ok(lines('fail').includes('card: preferred transport: v0.3 §5.6.1'))
    assert.ok(lines('warn').includes('card: all interfaces: v0.3 §5.6.4'))
    assert.ok(lines('skip').includes('SOAP 0.3: interface: v1.0 §8.3'))
    // This agent knows v1.0 only, and the card says otherwise.
    assert.ok(lines('fail').includes('JSONRPC 0.3: unknown task: v0.3 §7.3'))
  })

  test('sends no message unless it is told to', async () => {
    const { requests } = await inspected(() => undefined)
    assert.ok(requests.length > 10)
    assert.deepEqual(
      requests.filter(({ body }) => /"messageId"/.test(body)),
      [],
    )
  })

  test('says that it could not look where credentials are asked for', async () => {
    const ask: Fault = ({ path, headers }) =>
      path.startsWith('/.well-known') || headers.authorization === 'Bearer t'
        ? undefined
        : json({}, 401, { 'www-authenticate': 'Bearer' })
    const blind = await inspected(ask)
    assert.equal(blind.code, 0)
    assert.ok(blind.lines('skip').includes('JSONRPC 1.0: unknown task: v1.0 §3.1.3'))
    const seeing = await inspected(ask, [], { A2A_CLIENT_BEARER_TOKEN: 't' })
    assert.deepEqual([seeing.lines('skip'), seeing.lines('fail')], [[], []])
  })

  test('does not carry credentials to the address of another origin', async () => {
    await using other = await startModelAgent()
    const { requests } = await inspected(
      onCard(card => ({
        ...card,
        supportedInterfaces: [{ url: `${other.url}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
      })),
      [],
      { A2A_CLIENT_BEARER_TOKEN: 't' },
    )
    assert.equal(requests[0]?.headers.authorization, 'Bearer t')
    assert.ok(other.requests.length > 5)
    assert.deepEqual(
      other.requests.flatMap(({ headers }) => headers.authorization ?? []),
      [],
    )
  })
})

describe('the table of an inspection', { concurrency }, () => {
  test('tells what was seen, and the sum', async () => {
    await using agent = await startModelAgent()
    const { code, stdout, stderr } = await runCli(['inspect', agent.url])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^RESULT {2}WHERE {10}CHECK/)
    assert.match(stdout, /^ok {6}JSONRPC 1\.0 {4}unknown task {7}v1\.0 §3\.1\.3 +-32001 error -32001$/m)
    assert.match(stdout, /\n\n\d+ ok, 0 warnings, 0 failures, 0 not looked at\n$/)
  })

  test('does not let the agent steer the terminal', async () => {
    const evil = onMethod('GetTask', id =>
      json({ jsonrpc: '2.0', id, error: { code: -32001, message: 'no\u001b]0;evil\u0007\n\u001b[2Jtask' } }),
    )
    await using agent = await startModelAgent(evil)
    const { stdout } = await runCli(['inspect', agent.url])
    assert.match(stdout, /-32001 no task, without ErrorInfo/)
    assert.ok(!stdout.includes('\u001b') && !stdout.includes('evil'))
  })

  test('ends with what was found when the time that the person gave is over', async () => {
    await using agent = await startModelAgent(onPath('/rest', () => null))
    const { code, stdout } = await runCli(['inspect', agent.url, '--timeout', '3'])
    assert.equal(code, 1)
    assert.match(stdout, /^ok {6}JSONRPC 1\.0 /m)
    assert.match(stdout, /^fail {4}inspection +time limit +not finished within 3 s$/m)
  })
})
