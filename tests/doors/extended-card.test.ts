import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { AgentCard as SdkCard } from '@a2a-js/sdk'
import {
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
} from '@a2a-js/sdk/client'
import { AgentCard } from '@codetether/protocol/v03/agent-card'
import { configOf, type RpcBody, rpc, startPlatform } from '../platform.ts'
import { alice, exchange, twoTokens } from './support.ts'

const shown = ['task-management', 'echo']
const env = { A2A_AUTH_TOKENS: twoTokens, A2A_PUBLIC_SKILLS: shown.join(', ') }
const idsOf = ({ skills }: { skills: { id: string }[] }) => skills.map(({ id }) => id)
const methods = { '0.3': 'agent/getAuthenticatedExtendedCard', '1.0': 'GetExtendedAgentCard' } as const
const declares = {
  '0.3': (card: RpcBody) => card.supportsAuthenticatedExtendedCard,
  '1.0': (card: RpcBody) => card.capabilities.extendedAgentCard,
} as const
const versions = ['0.3', '1.0'] as const

const publicCard = async (url: string, version: string): Promise<RpcBody> =>
  (await exchange(`${url}/.well-known/agent-card.json`, { headers: { 'a2a-version': version } })).body

test('without the setting there is no extended card, each version says so, and no card claims one', async () => {
  await using platform = await startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens } })
  for (const version of versions) {
    const card = await publicCard(platform.url, version)
    assert.equal(declares[version](card), false)
    assert.ok(card.skills.length > 2)
    const { error } = await rpc(platform.url, {
      method: methods[version],
      headers: { ...alice, 'a2a-version': version },
    })
    assert.equal(error.code, { '0.3': -32007, '1.0': -32004 }[version])
  }
})

describe('with A2A_PUBLIC_SKILLS', async () => {
  const platform = await startPlatform({ env })
  const { url } = platform
  after(() => platform[Symbol.asyncDispose]())

  for (const version of versions) {
    test(`the public card of v${version} lists these skills and declares the extended one`, async () => {
      const card = await publicCard(url, version)
      assert.deepEqual(idsOf(card), shown)
      assert.equal(declares[version](card), true)
      assert.doesNotMatch(JSON.stringify(card), /calculat/i)
    })

    test(`the extended card of v${version} is the public one with all skills, for callers with a token`, async () => {
      const call = { method: methods[version], params: {} }
      const headers = { 'a2a-version': version }
      const refused = await rpc(url, { ...call, headers })
      assert.equal(refused.error.code, -31401)
      const { result } = await rpc(url, { ...call, headers: { ...alice, ...headers } })
      const { skills, ...rest } = result
      const { skills: _, ...known } = await publicCard(url, version)
      assert.deepEqual(rest, known)
      const agents = await exchange(`${url}/agents`, { headers: alice })
      const all = agents.body.agents.flatMap((agent: RpcBody) => idsOf(agent))
      assert.deepEqual(idsOf({ skills }), ['task-management', ...all])
      if (version === '0.3') assert.ok(AgentCard.safeParse(result).success)
    })

    test(`the official client of v${version} gets it`, async () => {
      const fetchImpl: typeof fetch = (input, init) =>
        fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...alice } })
      const legacyCompat = { enabled: true }
      const factory = new ClientFactory(
        ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
          transports: [new JsonRpcTransportFactory({ fetchImpl, legacyCompat })],
        }),
      )
      const { supportedInterfaces, ...card } = await publicCard(url, version)
      const client = await factory.createFromAgentCard(
        version === '0.3'
          ? new DefaultAgentCardResolver({ legacyCompat }).normalizeAgentCard(card)
          : SdkCard.fromJSON({ ...card, supportedInterfaces }),
      )
      assert.equal(client.protocolVersion, version)
      const extended = await client.getAgentCard()
      assert.ok(idsOf(extended).includes('calculator'), idsOf(extended).join())
      assert.ok(extended.skills.length > shown.length)
    })
  }
})

test('the setting is refused where nobody needs a token: it would hide nothing', async () => {
  await using platform = await startPlatform()
  for (const more of [{}, { A2A_AUTH_TOKENS: twoTokens, A2A_AUTH_ENABLED: 'false' }])
    assert.throws(
      () => configOf(platform.database, { A2A_PUBLIC_SKILLS: 'echo', ...more }),
      /A2A_PUBLIC_SKILLS keeps skills from callers without a token/,
    )
})
