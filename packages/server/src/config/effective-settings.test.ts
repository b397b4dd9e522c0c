import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeSettings } from './effective-settings.ts'
import { loadConfig } from './load-config.ts'

const secretKey = 'q8Zk3vT0xW7bN5mC1rY9sD2fG4hJ6lPa'

test('described settings show every value with its origin, and no secret', () => {
  const { settings } = loadConfig({
    A2A_AUTH_TOKENS: 'client1:canary-token',
    DATABASE_URL: 'postgres://app:canary-password@db/tasks?sslpassword=canary-parameter',
    CODETETHER_SECRET_KEY: `canary-key-${secretKey}`,
  })
  assert.doesNotMatch(JSON.stringify(settings), /canary/)
  const lines = describeSettings(settings).split('\n')
  assert.equal(lines.length, settings.length + 1)
  assert.match(lines.join('\n'), /A2A_AUTH_TOKENS +client1:•••• +environment/)
  assert.match(lines.join('\n'), /DATABASE_URL +postgres:\/\/app:••••@db\/tasks\?•••• +environment/)
  assert.match(lines.join('\n'), /A2A_PORT +8000 +default/)
})
