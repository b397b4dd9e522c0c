import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discover } from './discover.ts'

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
const find = async (url: string, answer: Response) => {
  const asked: string[] = []
  const fetch = async (input: string | URL | Request) => {
    asked.push(String(input))
    return answer
  }
  const { endpoint } = await discover({ token: 'secret', fetch }, url, {})
  return { asked, url: endpoint.url, token: endpoint.token }
}

test('calls go to the url of the card', async () => {
  const found = await find('https://agent.example/', Response.json(card({})))
  assert.deepEqual(found, {
    asked: ['https://agent.example/.well-known/agent-card.json'],
    url: 'https://agent.example/a2a',
    token: 'secret',
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

test('a card that prefers another transport is searched for JSON-RPC', async () => {
  const additionalInterfaces = [
    { url: 'https://agent.example/rest', transport: 'HTTP+JSON' },
    { url: 'https://agent.example/json', transport: 'JSONRPC' },
  ]
  const answer = Response.json(card({ preferredTransport: 'HTTP+JSON', additionalInterfaces }))
  assert.equal((await find('https://agent.example', answer)).url, 'https://agent.example/json')
})

test('a card cannot carry the token to another origin', async () => {
  for (const url of ['https://thief.example/', 'http://agent.example/', 'https://agent.example:8443/']) {
    const found = await find('https://agent.example', Response.json(card({ url })))
    assert.deepEqual([found.url, found.token], [url, undefined])
  }
})

test('a card url that is no web address is not used', async () => {
  for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'http://']) {
    const found = await find('https://agent.example', Response.json(card({ url })))
    assert.equal(found.url, 'https://agent.example/')
  }
})
