import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleCalls } from './sample-calls.ts'

test('the sample calls name the server, with an address that can be called', () => {
  const text = sampleCalls({ url: 'http://0.0.0.0:8001', authHeader: undefined })
  assert.match(text, /curl -s http:\/\/127\.0\.0\.1:8001\/ /)
  assert.match(text, /call http:\/\/127\.0\.0\.1:8001 "Calculate 25 \* 4"\n/)
  assert.doesNotMatch(text, /TOKEN/)
})

test('they carry a token where one is needed', () => {
  const url = 'http://127.0.0.1:8000'
  assert.match(sampleCalls({ url, authHeader: 'authorization' }), /-H "Authorization: Bearer \$TOKEN"/)
  assert.match(sampleCalls({ url, authHeader: 'x-api-key' }), /-H "x-api-key: \$TOKEN"/)
})
