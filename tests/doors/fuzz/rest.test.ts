import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type RestPath, restPaths } from '@codetether/server/a2a/rest/rest-paths'
import type { RpcBody } from '../../platform.ts'
import { readFrames } from '../sse.ts'
import { assertTellsNothing } from '../support.ts'
import { type Answer, type FuzzedServer, fuzzRequests, headersOf, type Kind, openServer, type Sent } from './fuzz.ts'
import { mutated, type Random } from './mutate.ts'
import { requestsOf } from './requests.ts'

const rounds = 2
const requests = 2_500

const statuses = new Set([200, 204, 400, 403, 404, 405, 406, 409, 410, 413, 415])

/** What callers write into paths and queries. What is no part of a URL is encoded, except at times. */
const words = [
  '',
  '0',
  '-1',
  '1e3',
  'true',
  'null',
  'a b',
  'é',
  "'",
  '%',
  '/',
  '..',
  ':',
  ':cancel',
  '\0',
  '\r\n',
  '{id}',
  '*',
]
const fields = [
  'historyLength',
  'pageSize',
  'pageToken',
  'status',
  'contextId',
  'includeArtifacts',
  'statusTimestampAfter',
]
const names = [...fields, 'after', 'waitMs', 'A2A-Version', 'tenant', 'id', '__proto__', 'constructor', 'a[b]', '']
const values = [...words, '1', '50', 'TASK_STATE_COMPLETED', '2026-01-01T00:00:00Z', '1.0', '0.3', 'x'.repeat(300)]

const encoded = (text: string, random: Random): string =>
  random.below(20) === 0 ? text.replace(/[^\x21-\x7e]/g, '%C3%28') : encodeURIComponent(text)

function queryOf(random: Random): string {
  const pairs = Array.from({ length: random.pick([0, 0, 0, 1, 1, 2, 5]) }, () => [names, values].map(random.pick))
  return pairs.length === 0 ? '' : `?${pairs.map(pair => pair.map(word => encoded(word, random)).join('=')).join('&')}`
}

/** Never the server's fault, and in the shape of the version of the path. */
function kindOf({ status, type, raw }: Answer, { method }: Sent): Kind {
  assert.ok(statuses.has(status), `the status ${status}`)
  assertTellsNothing(raw)
  if (status === 204 || method === 'HEAD') {
    assert.equal(raw, '')
    return 'silence'
  }
  if (type.startsWith('text/event-stream')) {
    assert.ok(readFrames(raw).length > 0, 'a stream without a frame')
    return 'stream'
  }
  const body: RpcBody = JSON.parse(raw)
  if (status === 200) return 'result'
  const { message, details, data } = body.error ?? body
  assert.match((details ?? data)[0].reason, /^[A-Z_]+$/)
  // That would be the database's refusal of what the edge should have refused.
  assert.notEqual(message, 'a value cannot be stored')
  return 'error'
}

const messagePaths = restPaths.filter(({ path }) => path.includes('/message:'))

describe('requests over HTTP+JSON that are spoilt at random', () => {
  let server: FuzzedServer
  let rpcOf: (random: Random) => RpcBody
  before(async () => {
    server = await openServer()
    rpcOf = requestsOf('1.0', server.known)
  })
  after(() => server[Symbol.asyncDispose]())

  /** The params of a message as a body: of v1.0 as they are, of v0.3 with their parts under another name. */
  const bodyOf = (random: Random, { version, route }: RestPath): string => {
    const isMessage = route.path.includes('/message:')
    if (route.verb !== 'POST' || (!isMessage && random.below(2) === 0)) return ''
    let request = rpcOf(random)
    while (isMessage && !request.params.message) request = rpcOf(random)
    const { message } = request.params
    if (message && version === '0.3') {
      message.content = message.parts
      delete message.parts
    }
    const text = random.below(3) === 0 ? JSON.stringify(request) : mutated(request, random)
    // Without the envelope, where it is still one.
    return /"params":(\{.*\})\}$/s.exec(text)?.[1] ?? text
  }

  const requestOf = (random: Random): Sent => {
    const row = random.pick(random.below(2) === 0 ? messagePaths : restPaths)
    const word = () => (random.below(3) > 0 ? random.pick(server.known.taskIds) : random.pick(values))
    const path = row.path
      .replace('{tenant}', () => encoded(random.pick(['acme', 'acme', ...words]), random))
      .replace(/\{\w+\}/g, () => encoded(word(), random))
    const method = random.below(20) === 0 ? random.pick(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) : row.route.verb
    return {
      method,
      path: `${path}${queryOf(random)}`,
      body: method === 'POST' ? bodyOf(random, row) : '',
      headers: {
        ...headersOf(random),
        ...(random.below(10) === 0 && { accept: random.pick(words.slice(1, 8)).replace(/[^\x20-\x7e]/g, '') }),
      },
    }
  }

  for (let round = 1; round <= rounds; round++)
    test(`never get an error of the server: ${requests}, round ${round}`, async t => {
      const kinds = await fuzzRequests(t, server, { part: 30 + round, count: requests, requestOf, kindOf })
      assert.ok(kinds.result > 20 && kinds.stream > 20 && kinds.error > 20, JSON.stringify(kinds))
    })
})
