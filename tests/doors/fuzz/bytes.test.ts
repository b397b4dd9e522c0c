import { after, before, describe, test } from 'node:test'
import { type FuzzedServer, fuzz, openServer } from './fuzz.ts'
import type { Random } from './mutate.ts'
import { requestsOf } from './requests.ts'

const rounds = 2
const bodies = 2_500

/** A request in which a few bytes are any bytes. */
function spoilt(text: string, random: Random): Uint8Array {
  const bytes = Buffer.from(text)
  for (let left = 1 + random.below(8); left > 0; left--) bytes[random.below(bytes.length)] = random.below(256)
  return bytes
}

describe('bodies of any bytes', () => {
  let server: FuzzedServer
  before(async () => {
    server = await openServer()
  })
  after(() => server[Symbol.asyncDispose]())

  for (let round = 1; round <= rounds; round++)
    test(`never get an error of the server: ${bodies}, round ${round}`, async t => {
      const sources = [requestsOf('0.3', server.known), requestsOf('1.0', server.known)]
      const bodyOf = (random: Random, i: number) =>
        i % 2 === 0 ? random.bytes(random.below(4000)) : spoilt(JSON.stringify(random.pick(sources)(random)), random)
      await fuzz(t, server, { part: 20 + round, count: bodies, bodyOf })
    })
})
