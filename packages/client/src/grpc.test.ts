import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discover } from './discover.ts'
import { type Grpc, grpcUrl } from './grpc.ts'

test('an address without a scheme is as safe as that of the card', () => {
  assert.equal(grpcUrl('agent.example:50051', 'https://agent.example/'), 'https://agent.example:50051')
  assert.equal(grpcUrl('127.0.0.1:50051', 'http://127.0.0.1:8000/'), 'http://127.0.0.1:50051')
  assert.equal(grpcUrl('[::1]:50051', 'http://localhost/'), 'http://[::1]:50051')
})

test('an address with a scheme says itself what is spoken there', () => {
  assert.equal(grpcUrl('http://agent.example:1', 'https://agent.example/'), 'http://agent.example:1')
  assert.equal(grpcUrl('grpcs://agent.example:1', 'http://agent.example/'), 'https://agent.example:1')
  assert.equal(grpcUrl('https://agent.example/a2a', 'http://agent.example/'), 'https://agent.example')
})

test('other texts are no addresses', () => {
  for (const text of ['agent.example', 'unix:/tmp/x', 'unix:///tmp/x', 'a b:1', 'user@host:1', 'file:///x', '', ':1'])
    assert.equal(grpcUrl(text, 'https://agent.example/'), undefined, text)
})

const never: Grpc = {
  call: () => Promise.reject(new Error('not called')),
  // biome-ignore lint/correctness/useYield: nothing is streamed
  async *stream() {
    throw new Error('not called')
  },
}

const find = (url: string, address: string) => {
  const supportedInterfaces = [
    { url: address, protocolBinding: 'GRPC', protocolVersion: '1.0' },
    { url: `${url}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
  ]
  const fetch = async () => Response.json({ name: 'Agent', version: '1', supportedInterfaces })
  return discover({ token: 'secret', fetch, grpc: async () => never }, url, {})
}

test('gRPC is spoken where the card prefers it', async () => {
  const { url, transport } = await find('https://agent.example', 'agent.example:50051')
  assert.deepEqual([url, transport], ['https://agent.example:50051', 'GRPC'])
})

test('credentials go to another port of the same host, and to nobody else', async () => {
  const tokenAt = async (url: string, address: string) => (await find(url, address)).token
  assert.equal(await tokenAt('https://agent.example', 'agent.example:50051'), 'secret')
  assert.equal(await tokenAt('http://localhost:8000', 'https://localhost:50051'), 'secret')
  assert.equal(await tokenAt('https://agent.example', 'http://agent.example:50051'), undefined)
  assert.equal(await tokenAt('https://agent.example', 'thief.example:50051'), undefined)
})
