import assert from 'node:assert/strict'
import { AgentCard as CardV10 } from '@a2a-js/sdk'
import { AgentCard as CardV03 } from '@codetether/protocol/v03/agent-card'
import { headerOf, officialVerdict, verdictByHand } from '../../doors/card-signatures.ts'
import { doors } from '../../doors/doors.ts'
import { grpcClientAt, path03, path10, sending, sending03 } from '../../doors/grpc/client.ts'
import { alice, exchange, post, twoTokens } from '../../doors/support.ts'
import { type Platform, type RpcBody, startPlatform } from '../../platform.ts'
import { errorOf, framesOf, messageV03, messageV10, resultOf } from '../calls.ts'
import { check } from '../requirement.ts'
import { demanded } from '../subject.ts'

async function cardOf({ url }: Platform, version: string): Promise<RpcBody> {
  const response = await fetch(`${url}/.well-known/agent-card.json`, { headers: { 'a2a-version': version } })
  assert.equal(response.status, 200)
  return response.json()
}

/** Sends a message to the address as the binding and the version say. */
async function assertAnswers(url: string, binding: string, version: string): Promise<void> {
  if (binding === 'HTTP+JSON') return assertRestAnswers(url, version)
  if (binding === 'GRPC') return assertGrpcAnswers(url, version)
  assert.equal(binding, 'JSONRPC')
  const request = version.startsWith('0.3')
    ? { method: 'message/send', params: messageV03('hello') }
    : { method: 'SendMessage', params: messageV10('hello') }
  const { body, raw } = await post(url, { jsonrpc: '2.0', id: 1, ...request }, { 'a2a-version': version })
  assert.ok(body.result, raw)
}

async function assertRestAnswers(url: string, version: string): Promise<void> {
  const isOlder = version.startsWith('0.3')
  const message = {
    messageId: crypto.randomUUID(),
    role: 'ROLE_USER',
    [isOlder ? 'content' : 'parts']: [{ text: 'hello' }],
  }
  const { body, raw } = await post(
    `${url}${isOlder ? '/v1' : ''}/message:send`,
    { message },
    { 'a2a-version': version },
  )
  assert.ok(body.task, raw)
}

async function assertGrpcAnswers(address: string, version: string): Promise<void> {
  using client = grpcClientAt(address)
  const { details, message } = version.startsWith('0.3')
    ? await client.call(path03('SendMessage'), sending03('hello'))
    : await client.call(path10('SendMessage'), sending('hello'))
  assert.ok(message?.length, details)
}

const isFilled = (list: unknown): boolean => Array.isArray(list) && list.length > 0

export const card = {
  available: check('the card is served at its well-known address, in the form of each version', async ({ open }) => {
    const { supportedInterfaces: _, ...older } = await cardOf(open, '0.3')
    assert.deepEqual(CardV03.parse(older), older)
    const newer = await cardOf(open, '1.0')
    assert.deepEqual(CardV10.toJSON(CardV10.fromJSON(newer)), newer)
  }),

  complete: check('the card has every required field, and no required list is empty', async ({ open }) => {
    const newer = await cardOf(open, '1.0')
    for (const field of ['name', 'description', 'version', 'capabilities']) assert.ok(newer[field], field)
    for (const field of ['supportedInterfaces', 'defaultInputModes', 'defaultOutputModes', 'skills'])
      assert.ok(isFilled(newer[field]), field)
    for (const skill of newer.skills) {
      for (const field of ['id', 'name', 'description']) assert.ok(skill[field], field)
      assert.ok(isFilled(skill.tags), skill.id)
    }
  }),

  mainUrl: check('the main address of the card answers by the transport that it prefers', async ({ open }) => {
    const { url, preferredTransport, protocolVersion } = await cardOf(open, '0.3')
    assert.equal(preferredTransport, 'JSONRPC')
    await assertAnswers(url, preferredTransport, protocolVersion)
  }),

  interfaces: check('every interface of the card answers as it declares', async ({ open }) => {
    const { additionalInterfaces } = await cardOf(open, '0.3')
    for (const { url, transport } of additionalInterfaces) await assertAnswers(url, transport, '0.3')
    const { supportedInterfaces } = await cardOf(open, '1.0')
    for (const binding of ['JSONRPC', 'HTTP+JSON', 'GRPC']) {
      const ofBinding = supportedInterfaces.filter((one: RpcBody) => one.protocolBinding === binding)
      assert.deepEqual(ofBinding.map((one: RpcBody) => one.protocolVersion).sort(), ['0.3', '1.0'])
    }
    for (const { url, protocolBinding, protocolVersion } of supportedInterfaces)
      await assertAnswers(url, protocolBinding, protocolVersion)
  }),

  noOthers: check('no transport is served that the card does not declare', async ({ open }) => {
    for (const service of ['lf.a2a.v1.A2AService', 'a2a.v1.A2AService']) {
      const { status } = await post(`${open.url}/${service}/SendMessage`, messageV10('hello'))
      assert.equal(status, 404, service)
    }
  }),

  noConflicts: check('one address of the card has one transport', async ({ open }) => {
    const { url, preferredTransport, additionalInterfaces, supportedInterfaces } = await cardOf(open, '0.3')
    const transports = new Map([[url, preferredTransport]])
    const declared = [
      ...additionalInterfaces.map((one: RpcBody) => [one.url, one.transport]),
      ...supportedInterfaces.map((one: RpcBody) => [one.url, one.protocolBinding]),
    ]
    for (const [address, transport] of declared) {
      assert.equal(transports.get(address) ?? transport, transport)
      transports.set(address, transport)
    }
  }),

  mainListed: check('the list of all addresses begins with the main one, and names them once', async ({ open }) => {
    const { url, preferredTransport, additionalInterfaces } = await cardOf(open, '0.3')
    assert.deepEqual(additionalInterfaces[0], { url, transport: preferredTransport })
    const addresses = additionalInterfaces.map((one: RpcBody) => one.url)
    assert.equal(new Set(addresses).size, addresses.length)
  }),

  cached: check('caches may keep the card, and ask whether it is still the same', async ({ open, closed }) => {
    for (const { url } of [open, closed]) {
      const first = await fetch(`${url}/.well-known/agent-card.json`)
      assert.match(first.headers.get('cache-control') ?? '', /\bmax-age=[1-9]\d*\b/)
      const etag = first.headers.get('etag') ?? ''
      assert.match(etag, /^(?:W\/)?"[\w-]+"$/)
      const again = await fetch(`${url}/.well-known/agent-card.json`, { headers: { 'if-none-match': etag } })
      assert.deepEqual([again.status, await again.text()], [304, ''])
      await first.text()
    }
  }),

  extended: check(
    'an extended card has all skills for callers with credentials, no secrets, and is kept by no cache',
    async () => {
      const env = { A2A_AUTH_TOKENS: twoTokens, A2A_PUBLIC_SKILLS: 'echo', A2A_GRPC_PORT: '0' }
      await using platform = await startPlatform({ env })
      const shown = await cardOf(platform, '1.0')
      assert.deepEqual([shown.capabilities.extendedAgentCard, shown.skills.length], [true, 1])
      for (const door of doors) {
        const target = { ...platform, door }
        await errorOf('UNAUTHENTICATED', target, 'GetExtendedAgentCard')
        const extended = await resultOf(target, 'GetExtendedAgentCard', {}, alice)
        assert.ok(extended.skills.length > 4)
        assert.deepEqual([extended.name, extended.version], [shown.name, shown.version])
        assert.doesNotMatch(JSON.stringify(extended), /secret|alice|bob/)
      }
      const { headers } = await exchange(`${platform.url}/extendedAgentCard`, { headers: alice })
      assert.equal(headers.get('cache-control'), 'no-store')
    },
  ),

  extensions: check(
    'the card names each extension by a URI with its version, and who requires it',
    async ({ open }) => {
      for (const [path, required] of [
        ['', []],
        ['/agents/demander', [demanded]],
      ] as const)
        for (const version of ['0.3', '1.0']) {
          const { body } = await exchange(`${open.url}${path}/.well-known/agent-card.json`, {
            headers: { 'a2a-version': version },
          })
          const { extensions } = body.capabilities
          for (const { uri } of extensions) assert.match(uri, /^https:\/\/.*\/v\d+$/)
          assert.deepEqual(
            extensions.flatMap((one: RpcBody) => (one.required ? [one.uri] : [])),
            required,
          )
        }
    },
  ),

  signed: check(
    'a signed card is signed over its canonical form, without its signatures: by hand, and for the official verifier',
    async ({ closed }) => {
      const card = await cardOf(closed, '1.0')
      const { keys } = (await exchange(`${closed.url}/.well-known/jwks.json`)).body
      assert.equal(verdictByHand(card, keys[0]), true)
      assert.equal(await officialVerdict(card, keys), true)
      const { alg, typ, kid } = headerOf(card.signatures[0])
      assert.deepEqual([alg, typ, kid], ['ES256', 'JOSE', keys[0].kid])
    },
  ),

  versions: check('versions on the card of v1.0 are Major.Minor', async ({ open }) => {
    for (const { protocolVersion } of (await cardOf(open, '1.0')).supportedInterfaces)
      assert.match(protocolVersion, /^\d+\.\d+$/)
  }),

  tellsNoSecrets: check('the public card tells neither tokens nor who has one', async ({ closed }) => {
    for (const version of ['0.3', '1.0'])
      assert.doesNotMatch(JSON.stringify(await cardOf(closed, version)), /alice|bob|secret/i)
  }),

  capabilities: check(
    'the card claims what is there: streaming and push notifications, no extension required',
    async ({ open }) => {
      for (const version of ['0.3', '1.0']) {
        const { capabilities } = await cardOf(open, version)
        assert.deepEqual([capabilities.streaming, capabilities.pushNotifications], [true, true])
        for (const extension of capabilities.extensions ?? []) assert.notEqual(extension.required, true)
      }
      assert.ok((await framesOf(open, 'SendStreamingMessage', messageV10('hello'))).length > 1)
    },
  ),
}
