import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { RpcBody } from '../../platform.ts'
import { type FuzzedServer, fuzz, openServer } from './fuzz.ts'
import { mutated, type Random } from './mutate.ts'
import { methodNames, requestsOf } from './requests.ts'

const rounds = 4
const mutations = 2_500

describe('requests of v1.0 that are made from its schemas and then spoilt at random', () => {
  let server: FuzzedServer
  let requestOf: (random: Random) => RpcBody
  before(async () => {
    server = await openServer()
    requestOf = requestsOf('1.0', server.known)
  })
  after(() => server[Symbol.asyncDispose]())

  test('are of every method', () => {
    const { served, fuzzed } = methodNames('1.0')
    assert.deepEqual(fuzzed, served)
  })

  test('are often carried out as long as they are whole', async t => {
    const bodyOf = (random: Random) => JSON.stringify(requestOf(random))
    const { result, stream } = await fuzz(t, server, { part: 10, count: 300, bodyOf })
    assert.ok(result + stream > 50, `${result} results and ${stream} streams`)
  })

  for (let round = 1; round <= rounds; round++)
    test(`never get an error of the server: ${mutations}, round ${round}`, async t => {
      const bodyOf = (random: Random) => mutated(requestOf(random), random)
      const { result, stream, error } = await fuzz(t, server, { part: 10 + round, count: mutations, bodyOf })
      assert.ok(result > 0 && stream > 0 && error > 0)
    })
})
