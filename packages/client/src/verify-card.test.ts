import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalCard } from '@codetether/protocol/v10/canonical-card'
import { type CryptoKey, exportJWK, FlattenedSign, generateKeyPair, type JWK } from 'jose'
import { RemoteError } from './errors.ts'
import { keySetUrlOf, verifyCard } from './verify-card.ts'

const card = {
  name: 'Ada',
  description: '',
  supportedInterfaces: [{ url: 'https://ada.example/', protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
  version: '1',
  capabilities: { streaming: true },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [],
}

const makeKey = async (alg: string, kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } satisfies JWK }
}
const [es, ed, rs] = await Promise.all([makeKey('ES256', 'a'), makeKey('EdDSA', 'b'), makeKey('PS256', 'c')])

const sign = async (
  header: { alg: string; kid?: string; jku?: string },
  key: CryptoKey | Uint8Array,
  content: object = card,
) => {
  const payload = new TextEncoder().encode(canonicalCard(content))
  const { payload: _, ...signature } = await new FlattenedSign(payload).setProtectedHeader(header).sign(key)
  return signature
}
const signedBy = async ({ alg, kid, privateKey }: typeof es) => ({
  ...card,
  signatures: [await sign({ alg, kid }, privateKey)],
})
const statuses = async (signed: object, keys: readonly JWK[]) =>
  (await verifyCard(signed, keys)).map(({ status }) => status)

for (const key of [es, ed, rs])
  test(`a card that ${key.alg} has signed is authentic`, async () => {
    assert.deepEqual(await verifyCard(await signedBy(key), [es.jwk, ed.jwk, rs.jwk]), [
      { kid: key.kid, alg: key.alg, status: 'valid', reason: null },
    ])
  })

test('a card is the same with defaults written out, and another with anything else changed', async () => {
  const signed = await signedBy(es)
  const written = { ...signed, supportedInterfaces: [{ ...card.supportedInterfaces[0], tenant: '' }], iconUrl: null }
  assert.deepEqual(await statuses(written, [es.jwk]), ['valid'])
  for (const change of [{ name: 'Eve' }, { description: 'x' }, { iconUrl: '' }, { skills: [{}] }, { unknown: 1 }])
    assert.deepEqual(await statuses({ ...signed, ...change }, [es.jwk]), ['invalid'])
  const { description: _, ...without } = signed
  assert.deepEqual(await statuses(without, [es.jwk]), ['invalid'])
})

test('each signature is judged by itself', async () => {
  const [one, two] = await Promise.all([signedBy(es), signedBy(ed)])
  const signed = { ...card, signatures: [...one.signatures, ...two.signatures] }
  assert.deepEqual(await statuses(signed, [ed.jwk]), ['unknown key', 'valid'])
  assert.deepEqual(await statuses(signed, []), ['unknown key', 'unknown key'])
  assert.deepEqual(await statuses(card, [ed.jwk]), [])
})

test('a key counts only for what it says that it is for', async () => {
  const signed = await signedBy(es)
  const { kid: _, ...nameless } = es.jwk
  assert.deepEqual(await statuses(signed, [nameless]), ['valid'])
  for (const other of [{ kid: 'z' }, { alg: 'ES512' }, { use: 'enc' }])
    assert.deepEqual(await statuses(signed, [{ ...es.jwk, ...other }]), ['unknown key'])
  assert.deepEqual(await statuses(signed, [{ ...ed.jwk, kid: 'a', alg: 'ES256' }]), ['unknown key'])
  assert.deepEqual(await statuses(await signedBy(ed), [{ ...ed.jwk, alg: 'Ed25519' }]), ['valid'])
})

test('what is no signature by a private key is never valid', async () => {
  const secret = new TextEncoder().encode('a secret that everybody can read')
  const shared = await sign({ alg: 'HS256', kid: 'a' }, secret)
  const oct: JWK = { kty: 'oct', k: Buffer.from(secret).toString('base64url'), kid: 'a' }
  const none = { protected: Buffer.from('{"alg":"none","kid":"a"}').toString('base64url'), signature: '' }
  const [good] = (await signedBy(es)).signatures
  const critical = await sign({ alg: 'ES256', kid: 'a' }, es.privateKey)
  const withHeader = { ...critical, header: { alg: 'none' } }
  assert.deepEqual(await statuses({ ...card, signatures: [shared, none] }, [oct, es.jwk]), ['malformed', 'malformed'])
  const nameless = await sign({ alg: 'ES256' }, es.privateKey)
  const strange = { ...good, protected: Buffer.from('{"alg":"toString","kid":"a"}').toString('base64url') }
  for (const entry of [
    nameless,
    strange,
    null,
    5,
    'x',
    {},
    { ...good, protected: '%%%' },
    { ...good, protected: 'e30' },
  ])
    assert.deepEqual(await statuses({ ...card, signatures: [entry] }, [es.jwk]), ['malformed'])
  for (const entry of [
    { ...good, signature: '' },
    { ...good, signature: '!' },
    { ...good, signature: 'AAAA' },
  ])
    assert.deepEqual(await statuses({ ...card, signatures: [entry] }, [es.jwk]), ['invalid'])
  // What is not protected says nothing.
  assert.deepEqual(await statuses({ ...card, signatures: [withHeader] }, [es.jwk]), ['valid'])
})

test('signatures that are no list are none; too many, and text that is no Unicode, are refused', async () => {
  assert.deepEqual(await statuses({ ...card, signatures: 'x' }, [es.jwk]), [])
  const [good] = (await signedBy(es)).signatures
  await assert.rejects(verifyCard({ ...card, signatures: Array(17).fill(good) }, [es.jwk]), RemoteError)
  await assert.rejects(verifyCard({ ...card, name: '\ud800', signatures: [good] }, [es.jwk]), RemoteError)
})

test('a card says where its keys are, if it does', async () => {
  const jku = 'https://ada.example/keys'
  const told = await sign({ alg: 'ES256', kid: 'a', jku }, es.privateKey)
  assert.equal(keySetUrlOf({ ...card, signatures: [null, told] }), jku)
  assert.equal(keySetUrlOf(await signedBy(es)), null)
  assert.equal(keySetUrlOf(card), null)
})
