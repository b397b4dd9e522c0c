import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalCard } from './canonical-card.ts'

const canonical = (card: object) => JSON.parse(canonicalCard(card))

test('a card is signed with sorted keys, without spaces and without its signatures', () => {
  const card = {
    name: 'é€',
    version: '1',
    a: [1e21, 0.1, -0],
    signatures: [{ protected: 'x', signature: 'y' }],
    b: null,
  }
  assert.equal(canonicalCard(card), '{"a":[1e+21,0.1,0],"name":"é€","version":"1"}')
})

test('the example of the specification: what is required or set stays, other defaults go (§8.4.1)', () => {
  const card = {
    name: 'Example Agent',
    description: '',
    capabilities: { streaming: false, pushNotifications: false, extensions: [] },
    skills: [],
  }
  assert.equal(
    canonicalCard(card),
    '{"capabilities":{"pushNotifications":false,"streaming":false},"description":"","name":"Example Agent","skills":[]}',
  )
})

test('defaults go from the inner messages too', () => {
  const requirement = { schemes: { token: { list: [] } } }
  const card = {
    supportedInterfaces: [{ url: '', tenant: '', protocolVersion: '1.0' }],
    provider: { url: '', organization: '' },
    documentationUrl: '',
    iconUrl: null,
    securitySchemes: {
      '': { httpAuthSecurityScheme: { description: '', scheme: '', bearerFormat: '' } },
      o: {
        oauth2SecurityScheme: { flows: { authorizationCode: { pkceRequired: false, scopes: {}, refreshUrl: '' } } },
      },
    },
    securityRequirements: [requirement, { schemes: {} }],
    capabilities: { extensions: [{ uri: 'u', description: '', required: false, params: { a: null, b: '', c: [] } }] },
    skills: [{ id: '', tags: [], examples: [], inputModes: [], securityRequirements: [requirement] }],
  }
  const bare = { schemes: { token: {} } }
  assert.deepEqual(canonical(card), {
    supportedInterfaces: [{ url: '', protocolVersion: '1.0' }],
    provider: { url: '', organization: '' },
    documentationUrl: '',
    securitySchemes: {
      '': { httpAuthSecurityScheme: { scheme: '' } },
      o: { oauth2SecurityScheme: { flows: { authorizationCode: { scopes: {} } } } },
    },
    securityRequirements: [bare, {}],
    capabilities: { extensions: [{ uri: 'u', params: { a: null, b: '', c: [] } }] },
    skills: [{ id: '', tags: [], securityRequirements: [bare] }],
  })
  assert.deepEqual(canonical({ securitySchemes: {}, securityRequirements: [] }), {})
})

test('fields that the specification does not know are signed as they are', () => {
  const card = { name: 'x', future: { flag: false, list: [] }, skills: [{ id: 'a', future: '' }] }
  assert.deepEqual(canonical(card), card)
})

test('shapes that no card has do no harm', () => {
  for (const card of [{ skills: 'none' }, { skills: [1, null] }, { capabilities: [] }, { securitySchemes: 5 }])
    assert.deepEqual(canonical(card), card)
  assert.throws(() => canonicalCard({ name: '\ud800' }), /surrogate/i)
})
