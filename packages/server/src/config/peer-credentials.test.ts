import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerCredentials } from './peer-credentials.ts'

test('what is no list of credentials is refused without being repeated', () => {
  for (const wrong of [
    'canary',
    'https://a.example=canary',
    'https://a.example/path=bearer:canary',
    'ftp://a.example=bearer:canary',
    'https://user@a.example=bearer:canary',
    'https://a.example=basic:canary',
    'https://a.example=key:canary',
    'https://a.example=bearer:can\nary',
    'https://a.example=bearer:canary,https://A.example:443=bearer:canary',
  ]) {
    const { error } = peerCredentials.safeParse(wrong)
    assert.match(error?.issues[0]?.message ?? '', /^must list .*; entry [12] does not$/, wrong)
    assert.doesNotMatch(JSON.stringify(error?.issues), /canary/)
  }
})
