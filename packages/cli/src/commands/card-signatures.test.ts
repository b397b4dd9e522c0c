import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { type TemporaryDirectory, temporaryDirectory } from '@codetether/testing/temporary-directory'
import { runCli } from '../testing/run-cli.ts'

const card = {
  name: 'Ada',
  description: 'counts',
  supportedInterfaces: [{ url: 'https://ada.example/', protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
  version: '1',
  capabilities: { streaming: true },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [{ id: 'count', name: 'Count', description: 'Counts.', tags: ['numbers'] }],
}

/** A server of documents. */
const serve = async (pages: Record<string, (response: ServerResponse) => void>) => {
  const server = createServer(({ url = '' }, response) => {
    const answer = pages[url]
    if (answer) answer(response)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const page = (document: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(document))

describe('codetether card', () => {
  let directory: TemporaryDirectory
  let jwks: { keys: object[] }
  const file = (name: string) => `${directory.path}/${name}`
  const run = (...args: string[]) => runCli(['card', ...args], { directory: directory.path })
  const write = (name: string, document: unknown) => writeFile(file(name), JSON.stringify(document))
  const read = async (name: string) => JSON.parse(await readFile(file(name), 'utf8'))

  before(async () => {
    directory = await temporaryDirectory()
    await write('card.json', card)
    const { code, stdout } = await run('keygen', '--out', 'key.pem', '--json')
    assert.equal(code, 0)
    jwks = { keys: [JSON.parse(stdout).publicJwk] }
    await write('jwks.json', jwks)
    await write('signed.json', JSON.parse((await run('sign', 'card.json', '--key', 'key.pem')).stdout))
  })
  after(() => directory[Symbol.asyncDispose]())

  for (const alg of ['ES256', 'EdDSA'])
    test(`keygen makes a key for ${alg} that nobody else reads, and replaces none`, async () => {
      const { code, stdout } = await run('keygen', '--out', `${alg}.pem`, '--alg', alg)
      assert.equal(code, 0)
      assert.match(stdout, /holds the private key [\w-]{43} .*\n.*A2A_CARD_KEYS=/)
      assert.equal((await stat(file(`${alg}.pem`))).mode & 0o777, 0o600)
      assert.doesNotMatch(stdout, /BEGIN/)
      const again = await run('keygen', '--out', `${alg}.pem`)
      assert.deepEqual([again.code, /is there already/.test(again.stderr)], [5, true])
    })

  test('sign adds a signature and leaves the rest', async () => {
    const { signatures, ...rest } = await read('signed.json')
    assert.deepEqual(rest, card)
    assert.equal(signatures.length, 1)
    const { stdout } = await run('sign', 'signed.json', '--key', 'key.pem', '--kid', 'mine', '--json')
    const twice = JSON.parse(stdout)
    assert.deepEqual(twice.signatures[0], signatures[0])
    const header = JSON.parse(Buffer.from(twice.signatures[1].protected, 'base64url').toString())
    assert.deepEqual(header, { alg: 'ES256', typ: 'JOSE', kid: 'mine' })
  })

  test('verify tells an authentic card from others by its exit code', async () => {
    const good = await run('verify', 'signed.json', '--jwks', 'jwks.json')
    assert.equal(good.code, 0, good.stderr)
    assert.match(good.stdout, /^authentic: the card of Ada/)
    assert.equal((await run('verify', 'signed.json', '--key', 'key.pem')).code, 0)
    await write('forged.json', { ...(await read('signed.json')), name: 'Eve' })
    const forged = await run('verify', 'forged.json', '--jwks', 'jwks.json', '--json')
    assert.equal(forged.code, 1)
    const { verified, signatures } = JSON.parse(forged.stdout)
    assert.deepEqual([verified, signatures[0].status], [false, 'invalid'])
    await run('keygen', '--out', 'other.pem')
    assert.equal((await run('verify', 'signed.json', '--key', 'other.pem')).code, 1)
    const unsigned = await run('verify', 'card.json', '--jwks', 'jwks.json')
    assert.deepEqual([unsigned.code, unsigned.stdout], [1, 'not authentic: the card of Ada is not signed\n'])
  })

  test('a card of a server is verified with the keys of that server', async () => {
    await using server = await serve({
      '/agents/ada/.well-known/agent-card.json': page(await read('signed.json')),
      '/.well-known/jwks.json': page(jwks),
    })
    const { code, stdout } = await run('verify', `${server.url}/agents/ada`, '--json')
    assert.equal(code, 0, stdout)
    assert.equal(JSON.parse(stdout).keys, `${server.url}/.well-known/jwks.json`)
    const exposed = await run('verify', `${server.url.replace('127.0.0.1', '0.0.0.0')}/agents/ada`)
    assert.deepEqual([exposed.code, /keys came over plain http/.test(exposed.stderr)], [0, true])
    const signed = await run('sign', `${server.url}/agents/ada`, '--key', 'key.pem')
    assert.equal(JSON.parse(signed.stdout).signatures.length, 2)
  })

  test('a forger cannot bring the keys along', async () => {
    const { signatures, ...rest } = await read('signed.json')
    const [{ signature }] = signatures
    const told = { alg: 'ES256', kid: 'x', jku: 'https://evil.example/jwks.json' }
    const head = Buffer.from(JSON.stringify(told)).toString('base64url')
    const forged = { ...rest, signatures: [{ protected: head, signature }] }
    await using server = await serve({ '/card.json': page(forged) })
    const { code, stderr } = await run('verify', `${server.url}/card.json`)
    assert.equal(code, 2)
    assert.match(stderr, /names keys of another server: https:\/\/evil\.example\nhint: .*--jwks/)
    await write('forged.json', forged)
    assert.equal((await run('verify', 'forged.json')).code, 2)
  })

  test('what a server sends instead of a card is bounded', { timeout: 60_000 }, async () => {
    await using server = await serve({
      '/away.json': response => void response.writeHead(302, { location: 'https://evil.example/card.json' }).end(),
      '/huge.json': response => void response.end(JSON.stringify({ name: 'x'.repeat(2 * 1024 * 1024) })),
      '/deep.json': response => void response.end(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`),
      '/slow.json': response => void response.write('{'),
      '/text.json': response => void response.end('hello'),
    })
    const verify = async (path: string) => run('verify', server.url + path, '--timeout', '2')
    const [away, huge, deep, slow, text] = await Promise.all(
      ['/away.json', '/huge.json', '/deep.json', '/slow.json', '/text.json'].map(verify),
    )
    assert.match(away?.stderr ?? '', /redirects to https:\/\/evil\.example/)
    assert.match(huge?.stderr ?? '', /more than 1048576 bytes/)
    assert.match(deep?.stderr ?? '', /nested deeper/)
    assert.match(text?.stderr ?? '', /holds no JSON object/)
    assert.deepEqual(
      [away, huge, deep, slow, text].map(result => result?.code),
      [1, 1, 1, 75, 2],
    )
  })

  const wrong: [args: string[], code: number, message: RegExp][] = [
    [['sign', 'card.json'], 2, /required option '--key <file>'/],
    [['sign', 'missing.json', '--key', 'key.pem'], 3, /there is no file missing\.json/],
    [['sign', 'card.json', '--key', 'missing.pem'], 3, /there is no file missing\.pem/],
    [['sign', 'card.json', '--key', 'card.json'], 2, /card\.json is no key in PEM/],
    [['sign', 'key.pem', '--key', 'key.pem'], 2, /key\.pem holds no JSON object/],
    [['sign', 'old.json', '--key', 'key.pem'], 2, /a card of A2A v0\.3/],
    [['sign', 'half.json', '--key', 'key.pem'], 2, /text that is no Unicode/],
    [['verify', 'half.json', '--key', 'key.pem'], 1, /text that is no Unicode/],
    [['sign', 'jwks.json', '--key', 'key.pem'], 2, /no agent card/],
    [['sign', 'package.json', '--key', 'key.pem'], 2, /no agent card/],
    [['sign', 'card.json', '--key', 'public.json'], 2, /is a public key, which cannot sign/],
    [['verify', 'signed.json'], 2, /may come from anybody\nhint: .*--jwks or --key/],
    [['verify', 'signed.json', '--jwks', 'card.json'], 2, /holds no set of keys/],
    [['verify', 'signed.json', '--jwks', 'jwks.json', '--key', 'key.pem'], 2, /cannot be used with/],
    [['verify', '.', '--key', 'key.pem'], 2, /cannot be read: EISDIR/],
    [['keygen', '--out', 'no/such/key.pem'], 2, /cannot be written: ENOENT/],
    [['keygen', '--out', 'x.pem', '--alg', 'none'], 2, /Allowed choices are ES256, EdDSA/],
  ]
  test('everything else is an error with a way out', async () => {
    await write('old.json', { ...card, protocolVersion: '0.3.0' })
    await write('half.json', { ...(await read('signed.json')), description: '\ud800' })
    await write('public.json', jwks.keys[0])
    await write('package.json', { name: 'package', version: '1.0.0' })
    for (const [args, code, message] of wrong) {
      const result = await run(...args)
      assert.match(result.stderr, message)
      assert.equal(result.code, code, args.join(' '))
      assert.doesNotMatch(result.stderr, /PRIVATE|at file:/)
    }
  })
})
