import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { defineAgent } from '@codetether/agents/define-agent'
import { resumeUri } from '@codetether/protocol/resume-extension'
import { message, startPlatform } from '../platform.ts'
import { grpcDoor } from './grpc/door.ts'
import { openStream } from './sse.ts'
import { alice, exchange, post, twoTokens } from './support.ts'

const uri = 'https://a.example/extensions/strict/v1'
const optional = 'https://a.example/extensions/optional/v1'

const strict = defineAgent({
  name: 'Strict',
  description: 'Asks for an extension.',
  skills: [{ id: 'strict', name: 'Strict', description: 'For tests.', tags: ['test'] }],
  extensions: [
    { uri, description: 'Needed.', required: true, params: { depth: 2 } },
    { uri: optional, description: 'Nice to have.' },
  ],
  handle: (given, ctx) => ctx.reply(given.extensions?.join() ?? 'none'),
})

const versions = [
  { version: '0.3', header: 'x-a2a-extensions', send: 'message/send', stream: 'message/stream', get: 'tasks/get' },
  { version: '1.0', header: 'a2a-extensions', send: 'SendMessage', stream: 'SendStreamingMessage', get: 'GetTask' },
] as const

const sendParams = (version: string, more: object = {}) =>
  version === '0.3'
    ? message('hello', { metadata: { agent: 'Strict' }, ...more })
    : {
        message: {
          ...{ messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: 'hello' }] },
          ...{ metadata: { agent: 'Strict' }, ...more },
        },
      }

test('the extensions of an agent that is not public are not public', async () => {
  const env = { A2A_AUTH_TOKENS: twoTokens, A2A_PUBLIC_SKILLS: 'echo' }
  await using platform = await startPlatform({ agents: [strict], env })
  for (const { version } of versions) {
    const headers = { 'a2a-version': version }
    const { raw } = await exchange(`${platform.url}/.well-known/agent-card.json`, { headers })
    assert.doesNotMatch(raw, /strict/i)
    const method = version === '0.3' ? 'agent/getAuthenticatedExtendedCard' : 'GetExtendedAgentCard'
    const { result } = await platform.rpc(method, {}, { ...alice, ...headers })
    assert.match(JSON.stringify(result.capabilities.extensions), /Required by Strict/)
  }
})

test('the extensions that an agent requires are asked for over gRPC where it is named', async () => {
  await using platform = await startPlatform({ agents: [strict], env: { A2A_GRPC_PORT: '0' } })
  const params = { tenant: 'agents/strict', id: 'nothing' }
  const ask = (headers: Record<string, string>) =>
    grpcDoor.call(platform.url, { version: '1.0', method: 'GetTask', params, headers })
  assert.equal((await ask({})).body.reason, 'EXTENSION_SUPPORT_REQUIRED')
  assert.equal((await ask({ 'a2a-extensions': uri })).body.reason, 'TASK_NOT_FOUND')
})

describe('the extensions of an agent', async () => {
  const platform = await startPlatform({ agents: [strict] })
  after(() => platform[Symbol.asyncDispose]())
  const own = `${platform.url}/agents/strict`
  const rpc = (url: string, method: string, params: unknown, headers: Record<string, string> = {}) =>
    post(url, { jsonrpc: '2.0', id: 1, method, params }, headers)

  for (const { version, header, send, stream, get } of versions) {
    const named = (...uris: string[]) => ({ 'a2a-version': version, [header]: uris.join(',') })

    test(`are asked for in v${version} wherever a message to it comes in, and told with the answer`, async () => {
      for (const url of [platform.url, own]) {
        for (const headers of [{ 'a2a-version': version }, named(optional), named(`${uri}0`)]) {
          const { body } = await rpc(url, send, sendParams(version), headers)
          assert.equal(body.error.code, -32008, url)
          assert.deepEqual(body.error.data[0].metadata, { extensions: [uri] })
        }
        const answer = await rpc(url, send, sendParams(version), named(uri))
        assert.ok(answer.body.result)
        assert.equal(answer.headers.get(header), uri)
      }
    })

    test(`are told at the head of a stream of v${version}`, async () => {
      const { response, rest } = await openStream(
        platform.url,
        { method: stream, params: sendParams(version, { extensions: [uri] }) },
        named(optional, resumeUri, uri),
      )
      assert.equal(response.headers.get(header), [resumeUri, uri, optional].join(', '))
      assert.match(JSON.stringify(await rest()), new RegExp(`"text":"${uri}"`))
    })

    test(`are asked for at its own address by every method of v${version} but that of the card`, async () => {
      const { body } = await rpc(own, get, { id: 'nothing' }, { 'a2a-version': version })
      assert.equal(body.error.code, -32008)
      assert.equal((await rpc(own, get, { id: 'nothing' }, named(uri))).body.error.code, -32001)
      const card = version === '0.3' ? 'agent/getAuthenticatedExtendedCard' : 'GetExtendedAgentCard'
      const { error } = (await rpc(own, card, {}, { 'a2a-version': version })).body
      assert.equal(error.code, version === '0.3' ? -32007 : -32004)
    })

    test(`are asked for at its address of v${version} over HTTP+JSON`, async () => {
      const path = `${own}/rest${version === '0.3' ? '/v1' : ''}/tasks/nothing`
      const refused = await exchange(path)
      assert.deepEqual([refused.status, /EXTENSION_SUPPORT_REQUIRED/.test(refused.raw)], [400, true])
      const answer = await exchange(path, { headers: named(uri) })
      assert.deepEqual([answer.status, answer.headers.get(header)], [404, uri])
    })

    test(`stand on its card of v${version}, and on that of the server, which requires none`, async () => {
      const of = async (path: string) => {
        const { body } = await exchange(`${platform.url}${path}/.well-known/agent-card.json`, {
          headers: { 'a2a-version': version },
        })
        return body.capabilities.extensions.filter((one: { uri: string }) => one.uri !== resumeUri)
      }
      const isOlder = version === '0.3'
      const nice = { uri: optional, description: 'Nice to have.', ...(isOlder && { required: false }) }
      const needed = { uri, description: 'Needed.', params: { depth: 2 }, required: true }
      assert.deepEqual(await of('/agents/strict'), [needed, nice])
      const { required: _, ...shared } = needed
      assert.deepEqual(await of(''), [
        { ...shared, description: 'Required by Strict. Needed.', ...(isOlder && { required: false }) },
        nice,
      ])
    })
  }
})
