import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discover, type Wanted } from './discover.ts'
import { RemoteError } from './errors.ts'

const card = (changes: object) => ({
  protocolVersion: '0.3.0',
  name: 'Agent',
  description: 'An agent',
  url: 'https://agent.example/a2a',
  version: '1',
  capabilities: {},
  defaultInputModes: ['text'],
  defaultOutputModes: ['text'],
  skills: [],
  ...changes,
})

/** Discovers against a web that consists of one card, and says what was asked for. */
const find = async (url: string, answer: Response, wanted: Wanted = {}) => {
  const asked: string[] = []
  const fetch = async (input: string | URL | Request) => {
    asked.push(String(input))
    return answer
  }
  const endpoint = await discover({ token: 'secret', headers: { 'x-key': 'k' }, fetch }, url, wanted)
  const { url: found, token, headers, version, transport, tenant, attaches } = endpoint
  return { asked, url: found, token, headers, spoken: `${transport} ${version}`, tenant, attaches }
}

test('calls go to the url of the card', async () => {
  const found = await find('https://agent.example/', Response.json(card({})))
  assert.deepEqual(found, {
    asked: ['https://agent.example/.well-known/agent-card.json'],
    url: 'https://agent.example/a2a',
    token: 'secret',
    headers: { 'x-key': 'k' },
    spoken: 'JSONRPC 0.3',
    tenant: undefined,
    attaches: false,
  })
})

test('an agent below a path has its card below that path', async () => {
  const { asked } = await find('https://agent.example/team/bot/', Response.json(card({})))
  assert.deepEqual(asked, ['https://agent.example/team/bot/.well-known/agent-card.json'])
})

test('the address of a card is taken as it is', async () => {
  const found = await find('https://agent.example/.well-known/agent.json', Response.json(card({ url: '/rpc' })))
  assert.deepEqual(found.asked, ['https://agent.example/.well-known/agent.json'])
  assert.equal(found.url, 'https://agent.example/rpc')
})

test('without a readable card the given address is the endpoint', async () => {
  for (const answer of [new Response('no', { status: 404 }), new Response('<html>'), Response.json({ name: 'x' })]) {
    assert.equal((await find('https://agent.example/rpc', answer)).url, 'https://agent.example/rpc')
  }
})

const elsewhere = [
  { url: 'https://agent.example/grpc', transport: 'GRPC' },
  { url: 'https://agent.example/rest', transport: 'HTTP+JSON' },
  { url: 'https://agent.example/json', transport: 'JSONRPC' },
]
const ofVersion03 = () => Response.json(card({ preferredTransport: 'GRPC', additionalInterfaces: elsewhere }))

test('a card of v0.3 that prefers what is not spoken here is searched in its order', async () => {
  const found = await find('https://agent.example', ofVersion03())
  assert.deepEqual([found.url, found.spoken], ['https://agent.example/rest', 'HTTP+JSON 0.3'])
})

test('the transport that the caller wants goes before the order of the card', async () => {
  const found = await find('https://agent.example', ofVersion03(), { transport: 'JSONRPC' })
  assert.deepEqual([found.url, found.spoken], ['https://agent.example/json', 'JSONRPC 0.3'])
})

const supportedInterfaces = [
  { url: 'agent.example:50051', protocolBinding: 'GRPC', protocolVersion: '1.0' },
  { url: 'https://agent.example/2', protocolBinding: 'JSONRPC', protocolVersion: '2.0' },
  { url: 'https://agent.example/rest', protocolBinding: 'HTTP+JSON', protocolVersion: '1.0.1', tenant: 'blue' },
  { url: 'https://agent.example/json', protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
]
const { url: _, protocolVersion: __, ...withoutAddress } = card({})

test('a card of v1.0 gives its first interface that is spoken here, with its tenant', async () => {
  const found = await find('https://agent.example', Response.json({ ...withoutAddress, supportedInterfaces }))
  assert.deepEqual([found.url, found.spoken, found.tenant], ['https://agent.example/rest', 'HTTP+JSON 1.0', 'blue'])
})

test('the version that the caller wants is found in a card of both', async () => {
  const hybrid = () => Response.json(card({ supportedInterfaces }))
  const older = await find('https://agent.example', hybrid(), { version: '0.3' })
  assert.deepEqual([older.url, older.spoken], ['https://agent.example/json', 'JSONRPC 0.3'])
  assert.equal((await find('https://agent.example', hybrid(), { version: '1.0' })).spoken, 'HTTP+JSON 1.0')
})

test('a card that has nothing of what is wanted or spoken is an error that tells what it has', async () => {
  const wanted = { version: '1.0', transport: 'JSONRPC' } as const
  await assert.rejects(find('https://agent.example', ofVersion03(), wanted), (error: unknown) => {
    assert.ok(error instanceof RemoteError)
    return error.message === "the agent's card declares no JSONRPC 1.0: it has GRPC 0.3, HTTP+JSON 0.3, JSONRPC 0.3"
  })
  const onlyGrpc = { ...withoutAddress, supportedInterfaces: supportedInterfaces.slice(0, 1) }
  await assert.rejects(
    find('https://agent.example', Response.json(onlyGrpc)),
    /declares nothing that this client speaks/,
  )
})

test('an agent attaches if its card declares the extension that promises it', async () => {
  const capabilities = { extensions: [{ uri: 'https://codetether.run/a2a/extensions/resume/v1' }] }
  assert.equal((await find('https://agent.example', Response.json(card({ capabilities })))).attaches, true)
})

test('without a readable card the caller says what is spoken at the address', async () => {
  const found = await find('https://agent.example/x', new Response('', { status: 404 }), { version: '1.0' })
  assert.deepEqual([found.url, found.spoken], ['https://agent.example/x', 'JSONRPC 1.0'])
})

test('a card cannot carry credentials to another origin', async () => {
  for (const url of ['https://thief.example/', 'http://agent.example/', 'https://agent.example:8443/']) {
    const found = await find('https://agent.example', Response.json(card({ url })))
    assert.deepEqual([found.url, found.token, found.headers], [url, undefined, undefined])
  }
})

test('a card url that is no web address is not used', async () => {
  for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'http://']) {
    const found = await find('https://agent.example', Response.json(card({ url })))
    assert.equal(found.url, 'https://agent.example/')
  }
})
