import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from './load-config.ts'
import { settingRows } from './setting-rows.ts'
import { judgeUnknown } from './unknown-settings.ts'
import { unsupportedNotices } from './unsupported-settings.ts'

const names = (variables: Record<string, string>) => {
  const { problems, notices } = judgeUnknown(variables)
  return { problems: problems.map(({ name }) => name), notices }
}

test('an unknown variable with our prefix gets a notice with the nearest name', () => {
  assert.deepEqual(names({ A2A_PROT: '80', CODETETHER_COLOUR: 'red' }), {
    problems: [],
    notices: ['A2A_PROT is no setting; ignored. Did you mean A2A_PORT?', 'CODETETHER_COLOUR is no setting; ignored.'],
  })
})

test('a short name that is only as short as a protection is no mistyped one', () => {
  assert.deepEqual(names({ A2A_FOO: '1', A2A_HOME: 'x' }), {
    problems: [],
    notices: ['A2A_FOO is no setting; ignored.', 'A2A_HOME is no setting; ignored.'],
  })
})

const protective = [
  'A2A_AUTH_TOKEN',
  'A2A_AUTHENTICATION',
  'A2A_AUHT_ENABLED',
  'A2A_STATIC_AUTH_CREDENTIALS',
  'A2A_TLS_CERT',
  'A2A_RLS_ENABLED',
  'A2A_ALLOWED_HOST',
  'A2A_TRUSTED_PROXY',
  'A2A_HOTS',
  'A2A_PASSWORD',
  'CODETETHER_SECRET',
  'CODETETHER_API_KEY',
  'CODETETHER_SECRET_KEYS',
  'CORS_ALLOWED_ORIGIN',
  'RLS_ENABLE',
]

for (const name of protective) {
  test(`${name} looks like a protection that is not there: the start is refused`, () => {
    assert.deepEqual(names({ [name]: 'x' }).problems, [name])
    assert.throws(() => loadConfig({ [name]: 'x' }), new RegExp(`${name} is no setting`))
    assert.deepEqual(names({ [name]: ' ' }).problems, [], 'blank means unset')
  })
}

test('variables of other programs are none of our business', () => {
  const others = { GITHUB_TOKEN: 'x', PATH: '/bin', CORS_PROXY: 'x', AUTH_TOKEN: 'x', PORT: '1', npm_config_key: 'x' }
  assert.deepEqual(names(others), { problems: [], notices: [] })
  assert.deepEqual(names({ CODETETHER_TOKEN: 'x', A2A_SERVER_URL: 'x' }), { problems: [], notices: [] })
  assert.deepEqual(names({ A2A_CLIENT_BEARER_TOKEN: 'x', A2A_CLIENT_BASIC_AUTH: 'a:x', A2A_CLIENT_API_KEY: 'x' }), {
    problems: [],
    notices: [],
  })
  assert.deepEqual(names({ A2A_WORKER_NAME: 'x', CODETETHER_WORKER_COMMAND: 'x' }), { problems: [], notices: [] })
})

test('a setting of older documents that has no effect here says so', () => {
  const variables = {
    KEYCLOAK_URL: 'x',
    KEYCLOAK_REALM: 'x',
    MCP_TIMEOUT: '',
  }
  assert.deepEqual(unsupportedNotices(variables), [
    'KEYCLOAK_URL, KEYCLOAK_REALM have no effect in this version: callers sign in with A2A_AUTH_TOKENS.',
  ])
  assert.deepEqual(loadConfig(variables).notices, unsupportedNotices(variables))
})

test('no two settings share a variable or a flag, and no setting is both read and unsupported', () => {
  const variables = settingRows.flatMap(({ env }) => env)
  const flags = settingRows.flatMap(({ flag }) => (flag === undefined ? [] : [flag]))
  assert.equal(new Set(variables).size, variables.length)
  assert.equal(new Set(flags).size, flags.length)
  assert.deepEqual(unsupportedNotices(Object.fromEntries(variables.map(name => [name, 'x']))), [])
})
