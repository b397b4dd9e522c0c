import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { after, before, describe, mock, test } from 'node:test'
import { generateAgentCardSignature, AgentCard as SdkCard } from '@a2a-js/sdk'
import { verifyCard } from '@codetether/client/verify-card'
import { type TemporaryDirectory, temporaryDirectory } from '@codetether/testing/temporary-directory'
import { type Platform, type RpcBody, rpc, startPlatform } from '../platform.ts'
import { headerOf, officialVerdict, verdictByHand } from './card-signatures.ts'
import { alice, exchange, twoTokens } from './support.ts'

const v10 = { 'a2a-version': '1.0' }
const cardPath = '/.well-known/agent-card.json'
const cardOf = async (url: string): Promise<RpcBody> => (await exchange(url + cardPath, { headers: v10 })).body
/** The card as a caller gets it who writes a Host of its own, which fetch does not let it. */
const cardUnder = (url: string, host: string, path = cardPath): Promise<RpcBody> => {
  const { promise, resolve, reject } = Promise.withResolvers<RpcBody>()
  const options = { port: new URL(url).port, path, headers: { ...v10, host } }
  get(options, answer => void readJson(answer).then(resolve, reject)).on('error', reject)
  return promise
}
const keysOf = async (url: string): Promise<RpcBody[]> => (await exchange(`${url}/.well-known/jwks.json`)).body.keys
const kidsOf = ({ signatures = [] }: RpcBody) => signatures.map((one: RpcBody) => headerOf(one).kid)

const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const files: Record<string, () => string> = {
  'old.pem': () => p256().privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  'sec1.pem': () => p256().privateKey.export({ format: 'pem', type: 'sec1' }).toString(),
  'new.json': () =>
    JSON.stringify({ ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid: 'the-new-one' }),
  'public.pem': () => p256().publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  'p384.pem': () =>
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  'nothing.pem': () => 'secret-canary',
}

describe('the signed card', () => {
  let directory: TemporaryDirectory
  let platform: Platform
  const pathOf = (...names: string[]) => names.map(name => `${directory.path}/${name}`).join(', ')
  const startWith = (keys: string, env: Record<string, string> = {}) =>
    startPlatform({ database: platform.database, env: { A2A_CARD_KEYS: keys, ...env } })

  before(async () => {
    directory = await temporaryDirectory()
    for (const [name, make] of Object.entries(files)) await writeFile(`${directory.path}/${name}`, make())
    // The official verifier tells every signature that it refuses.
    mock.method(console, 'debug', () => undefined)
    platform = await startPlatform({
      env: {
        A2A_CARD_KEYS: pathOf('old.pem', 'new.json', 'public.pem'),
        A2A_AUTH_TOKENS: twoTokens,
        A2A_AGENT_ORG: 'Example',
        A2A_PUBLIC_SKILLS: 'echo, calculator',
      },
    })
  })
  after(async () => {
    await platform[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })

  test('has a signature of each private key, with the header that A2A asks for', async () => {
    const { signatures } = await cardOf(platform.url)
    const [old, recent] = signatures.map(headerOf)
    const jku = `${platform.url}/.well-known/jwks.json`
    assert.deepEqual(old, { alg: 'ES256', typ: 'JOSE', kid: old.kid, jku })
    assert.match(old.kid, /^[\w-]{43}$/)
    assert.deepEqual(recent, { alg: 'EdDSA', typ: 'JOSE', kid: 'the-new-one', jku })
    assert.equal(signatures.length, 2)
    for (const one of signatures) assert.deepEqual(Object.keys(one), ['protected', 'signature'])
  })

  test('is published with public keys only', async () => {
    const { body, raw, headers } = await exchange(`${platform.url}/.well-known/jwks.json`)
    assert.match(headers.get('content-type') ?? '', /^application\/jwk-set\+json/)
    assert.equal(headers.get('cache-control'), 'public, max-age=300')
    assert.equal(body.keys.length, 3)
    for (const key of body.keys)
      assert.deepEqual(
        Object.keys(key).filter(name => !['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use'].includes(name)),
        [],
      )
    assert.doesNotMatch(raw, /"d"/)
    const etag = headers.get('etag') ?? ''
    const again = await exchange(`${platform.url}/.well-known/jwks.json`, { headers: { 'if-none-match': etag } })
    assert.deepEqual([again.status, again.raw], [304, ''])
  })

  test('is accepted by the official verifier and by hand, by every key alone, of the server and of an agent', async () => {
    for (const url of [platform.url, `${platform.url}/agents/calculator`]) {
      const card = await cardOf(url)
      const signing = (await keysOf(platform.url)).filter(({ kid }) => kidsOf(card).includes(kid))
      assert.equal(signing.length, 2)
      assert.deepEqual(SdkCard.toJSON(SdkCard.fromJSON(card)), card)
      for (const key of signing) {
        assert.equal(await officialVerdict(card, [key]), true)
        assert.equal(verdictByHand(card, key), true)
      }
    }
  })

  test('is accepted by our own verifier, as is a card that the official SDK has signed', async () => {
    const card = await cardOf(platform.url)
    const keys = await keysOf(platform.url)
    const reports = await verifyCard(card, keys)
    assert.deepEqual(
      reports.map(({ status }) => status),
      ['valid', 'valid'],
    )
    const { privateKey, publicKey } = p256()
    const { signatures: _, ...unsigned } = card
    const sign = generateAgentCardSignature(privateKey, { alg: 'ES256', kid: 'sdk', typ: 'JOSE' })
    const theirs = await sign(unsigned)
    const [report] = await verifyCard(theirs, [{ ...publicKey.export({ format: 'jwk' }), kty: 'EC' }])
    assert.equal(report?.status, 'valid')
  })

  test('is refused by both with any field changed or left out', async () => {
    const { signatures, ...card } = await cardOf(platform.url)
    const [key] = (await keysOf(platform.url)).filter(({ kid }) => kid === 'the-new-one')
    const changed = (value: RpcBody): RpcBody =>
      typeof value === 'boolean' ? !value : typeof value === 'number' ? value + 1 : `${value}x`
    const variants = (value: RpcBody): RpcBody[] => {
      if (typeof value !== 'object') return [changed(value)]
      return Object.keys(value).flatMap(name => {
        const replaced = (one: RpcBody) =>
          Array.isArray(value) ? value.with(Number(name), one) : { ...value, [name]: one }
        const { [name]: _, ...rest } = value
        const without = Array.isArray(value) ? value.toSpliced(Number(name), 1) : rest
        return [...variants(value[name]).map(replaced), without]
      })
    }
    const all = variants(card)
    assert.ok(all.length > 60, `${all.length}`)
    for (const variant of all) {
      const forged = { ...variant, signatures }
      assert.equal(await officialVerdict(forged, [key]), false, JSON.stringify(variant))
      assert.equal(verdictByHand(forged, key), false)
    }
    for (const name of ['protected', 'signature'])
      assert.equal(
        await officialVerdict({ ...card, signatures: [{ ...signatures[1], [name]: signatures[0][name] }] }, [key]),
        false,
      )
  })

  test('is also the extended card', async () => {
    const { result } = await rpc(platform.url, { method: 'GetExtendedAgentCard', headers: alice })
    assert.ok(result.skills.length > (await cardOf(platform.url)).skills.length)
    assert.equal(await officialVerdict(result, await keysOf(platform.url)), true)
  })

  test('of v0.3 is not signed: that version does not say over what', async () => {
    const { body } = await exchange(platform.url + cardPath)
    assert.equal('signatures' in body, false)
  })

  test('is signed once, and known to caches by a tag that does not depend on chance', async () => {
    const first = await exchange(platform.url + cardPath, { headers: v10 })
    const second = await exchange(platform.url + cardPath, { headers: v10 })
    assert.equal(first.raw, second.raw)
    const etag = first.headers.get('etag') ?? ''
    assert.match(etag, /^W\/"[\w-]{20,}"$/)
    const known = await exchange(platform.url + cardPath, { headers: { ...v10, 'if-none-match': etag } })
    assert.deepEqual([known.status, known.raw], [304, ''])
    const keys = pathOf('old.pem', 'new.json', 'public.pem')
    const env = { A2A_AUTH_TOKENS: twoTokens, A2A_AGENT_ORG: 'Example', A2A_PUBLIC_SKILLS: 'echo, calculator' }
    await using replica = await startWith(keys, { ...env, A2A_PUBLIC_URL: platform.url })
    const other = await exchange(replica.url + cardPath, { headers: v10 })
    assert.notEqual(other.raw, first.raw)
    assert.equal(other.headers.get('etag'), etag)
  })

  test('is signed once for each address of the server, and for none that a caller makes up', async () => {
    const env = { A2A_AUTH_TOKENS: twoTokens, A2A_HOST: '0.0.0.0', A2A_PUBLIC_SKILLS: 'echo' }
    await using open = await startWith(pathOf('old.pem'), env)
    const { port } = new URL(open.url)
    const under = (host: string, path?: string) => cardUnder(open.url, host, path)
    const own = [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]
    const first = await Promise.all(own.map(host => under(host)))
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost',
      'localhost:9',
      '6.6.6.6',
      `127.6.6.6:${port}`,
    ])
      for (const path of [cardPath, `/agents/echo${cardPath}`]) {
        const card = await under(host, path)
        assert.equal(card.supportedInterfaces[0].url.startsWith(`http://${host}`), true)
        assert.equal('signatures' in card, false, host)
      }
    for (const [index, host] of own.entries()) assert.deepEqual(await under(host), first[index])
    assert.equal(verdictByHand(first[0], (await keysOf(open.url))[0]), true)
  })

  test('is signed for a name that is configured, with the port of the server', async () => {
    const env = { A2A_AUTH_TOKENS: twoTokens, A2A_HOST: '0.0.0.0' }
    await using named = await startWith(pathOf('old.pem'), { ...env, A2A_ALLOWED_HOSTS: 'agents.example' })
    const { port } = new URL(named.url)
    const under = async (host: string) => kidsOf(await cardUnder(named.url, host)).length
    assert.deepEqual([await under(`agents.example:${port}`), await under('agents.example')], [1, 0])
  })

  test('stays verifiable at every step of a rotation', async () => {
    const before = await startWith(pathOf('old.pem'))
    const oldCard = await cardOf(before.url)
    await before[Symbol.asyncDispose]()
    {
      await using both = await startWith(pathOf('new.json', 'old.pem'))
      const card = await cardOf(both.url)
      const [oldKid] = kidsOf(oldCard)
      assert.deepEqual(kidsOf(card), ['the-new-one', oldKid])
      assert.equal(await officialVerdict(oldCard, await keysOf(both.url)), true)
    }
    const retired = createPublicKey(await readFile(`${directory.path}/old.pem`)).export({ format: 'pem', type: 'spki' })
    await writeFile(`${directory.path}/retired.pem`, retired)
    {
      await using published = await startWith(pathOf('new.json', 'retired.pem'))
      assert.deepEqual(kidsOf(await cardOf(published.url)), ['the-new-one'])
      assert.equal(await officialVerdict(oldCard, await keysOf(published.url)), true)
    }
    await using gone = await startWith(pathOf('new.json'))
    assert.equal(await officialVerdict(await cardOf(gone.url), await keysOf(gone.url)), true)
    assert.equal(await officialVerdict(oldCard, await keysOf(gone.url)), false)
  })

  test('can be made with a key as openssl writes it', async () => {
    await using server = await startWith(pathOf('sec1.pem'))
    assert.equal(await officialVerdict(await cardOf(server.url), await keysOf(server.url)), true)
  })

  const refusals: [keys: string[], message: RegExp][] = [
    [['missing.pem'], /A2A_CARD_KEYS names .*missing\.pem, which cannot be read/],
    [['nothing.pem'], /which is no key in PEM/],
    [['p384.pem'], /which is a key of another kind: P-256 \(ES256\) and Ed25519/],
    [['old.pem', 'old.pem'], /names the same key twice/],
  ]
  for (const [keys, message] of refusals)
    test(`is refused at the start with ${keys}`, async () => {
      await assert.rejects(startWith(pathOf(...keys)), error => {
        assert.match(String(error), message)
        assert.doesNotMatch(String(error), /canary/)
        return true
      })
    })
})

test('without keys the card is not signed, and the set of keys is empty', async () => {
  await using platform = await startPlatform()
  assert.equal('signatures' in (await cardOf(platform.url)), false)
  assert.deepEqual(await keysOf(platform.url), [])
})
