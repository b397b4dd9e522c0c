import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BareCredentialsError } from './errors.ts'
import { send } from './http.ts'

const fetch = async () => new Response('')
const signal = new AbortController().signal

const far = [
  'http://agent.example/',
  'http://192.0.2.1/',
  'http://10.0.0.7:8000/',
  'http://[2001:db8::1]/',
  'http://127.0.0.1.nip.io/',
]
const near = [
  'http://127.0.0.1:8000/',
  'http://localhost/',
  'http://a.localhost/',
  'http://[::1]/',
  'http://other-agent:8000/',
]

test('credentials do not travel in plain text to other networks, by whatever header', async () => {
  for (const url of far)
    for (const connection of [{ token: 't' }, { headers: { 'x-api-key': 'k' } }])
      await assert.rejects(send({ ...connection, fetch }, url, { signal }), BareCredentialsError, url)
})

test('they do to this machine and within its network, encrypted, and where the caller allows it', async () => {
  for (const url of [...near, 'https://agent.example/']) await send({ token: 't', fetch }, url, { signal })
  for (const url of far) await send({ token: 't', allowHttp: true, fetch }, url, { signal })
})

test('who has no credentials may call anybody', async () => {
  for (const url of far) await send({ fetch }, url, { signal })
})
