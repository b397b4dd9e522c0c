import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInAgents } from '@codetether/agents/built-in'
import { defineAgent } from '@codetether/agents/define-agent'
import { resumeUri } from '@codetether/protocol/resume-extension'
import { AgentCard } from '@codetether/protocol/v03/agent-card'
import { loadConfig } from '../config/load-config.ts'
import type { Variables } from '../config/read-sources.ts'
import { version } from '../version.ts'
import { presentAgentCard } from './agent-card-v03.ts'
import { serverSubject } from './card-subject.ts'

const configOf = (env: Variables = {}) => loadConfig(env, {}, { directory: '/srv' }).config
const hybridOf = (env: Variables = {}, agents = builtInAgents) =>
  presentAgentCard(configOf(env), serverSubject(configOf(env), agents), 'http://localhost:8000', null)

/** The card without what v1.0 adds to it. */
const cardOf = (...of: Parameters<typeof hybridOf>) => {
  const { supportedInterfaces: _, ...card } = hybridOf(...of)
  return card
}

const quiet = defineAgent({
  name: 'Quiet',
  description: 'Says nothing.',
  skills: [
    { id: 'silence', name: 'Silence', description: 'Is silent.', tags: ['quiet'] },
    { id: 'more', name: 'More', description: 'Is more silent.', tags: [], examples: ['hush'] },
  ],
  handle: async () => undefined,
})

test('the card is one of A2A v0.3', () => {
  const card = cardOf()
  assert.deepEqual(AgentCard.parse(card), card)
  assert.equal(card.protocolVersion, '0.3.0')
  assert.equal(card.version, version)
})

test('the card has exactly the fields that it promises', () => {
  const { skills, ...card } = cardOf({ A2A_AGENT_NAME: 'Ada', A2A_AGENT_DESCRIPTION: 'counts' }, [quiet])
  assert.deepEqual(card, {
    protocolVersion: '0.3.0',
    name: 'Ada',
    description: 'counts',
    url: 'http://localhost:8000/',
    preferredTransport: 'JSONRPC',
    additionalInterfaces: [
      { url: 'http://localhost:8000/', transport: 'JSONRPC' },
      { url: 'http://localhost:8000/a2a/rest', transport: 'HTTP+JSON' },
    ],
    ...(card.provider && { provider: card.provider }),
    version,
    capabilities: {
      streaming: true,
      pushNotifications: true,
      stateTransitionHistory: false,
      extensions: [
        {
          uri: resumeUri,
          description: card.capabilities.extensions?.[0]?.description ?? '',
          required: false,
          params: { documentation: 'http://localhost:8000/extensions/resume/v1', maxWaitMs: 60_000 },
        },
      ],
    },
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    supportsAuthenticatedExtendedCard: false,
  })
  assert.deepEqual(skills.slice(1), [
    { id: 'silence', name: 'Silence', description: 'Is silent.', tags: ['quiet'] },
    { id: 'more', name: 'More', description: 'Is more silent.', tags: [], examples: ['hush'] },
  ])
})

test('the card tells clients of v1.0 where theirs is', () => {
  assert.deepEqual(
    hybridOf().supportedInterfaces,
    [
      { url: 'http://localhost:8000/', protocolBinding: 'JSONRPC' },
      { url: 'http://localhost:8000/a2a/rest', protocolBinding: 'HTTP+JSON' },
    ].flatMap(address => ['1.0', '0.3'].map(protocolVersion => ({ ...address, protocolVersion }))),
  )
})

test('the skills are those of the platform and of all agents, each id once', () => {
  const ids = cardOf().skills.map(skill => skill.id)
  assert.deepEqual(ids, ['task-management', ...builtInAgents.flatMap(agent => agent.skills.map(skill => skill.id))])
  assert.equal(new Set(ids).size, ids.length)
})

test('without authentication the card asks for none', () => {
  const card = cardOf()
  assert.equal('securitySchemes' in card || 'security' in card, false)
})

test('with tokens the card asks for a bearer token, and does not name them', () => {
  const card = cardOf({ A2A_AUTH_TOKENS: 'ada:canary-token-of-ada' })
  assert.deepEqual(card.securitySchemes, { token: { type: 'http', scheme: 'bearer' } })
  assert.deepEqual(card.security, [{ token: [] }])
  assert.doesNotMatch(JSON.stringify(card), /canary|ada/)
  assert.deepEqual(AgentCard.parse(card), card)
})

test('with a header of its own the card asks for that header', () => {
  const card = cardOf({ A2A_AUTH_TOKENS: 'ada:canary-token-of-ada', A2A_AUTH_HEADER: 'X-Team-Key' })
  assert.deepEqual(card.securitySchemes, { token: { type: 'apiKey', in: 'header', name: 'x-team-key' } })
  assert.deepEqual(AgentCard.parse(card), card)
})

test('the organization stands with its own URL, or with that of the server', () => {
  const named = { A2A_AGENT_ORG: 'Example' }
  assert.deepEqual(cardOf(named).provider, { organization: 'Example', url: 'http://localhost:8000' })
  const url = 'https://example.org/about'
  assert.deepEqual(cardOf({ ...named, A2A_AGENT_ORG_URL: url }).provider, { organization: 'Example', url })
})
