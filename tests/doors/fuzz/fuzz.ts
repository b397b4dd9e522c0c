import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { Agent, request } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { errorCodes } from '@codetether/protocol/errors'
import { message, type Platform, type RpcBody, startPlatform } from '../../platform.ts'
import { readFrames } from '../sse.ts'
import { alice, assertTellsNothing, bob, rpcPaths, twoTokens } from '../support.ts'
import { type Random, randomOf } from './mutate.ts'
import type { Known } from './requests.ts'

/** Printed with what goes wrong; the same number repeats the same bodies. */
const seed = Number(process.env.CODETETHER_FUZZ_SEED ?? randomInt(2 ** 31))

const connections = 12

/** What a caller may be told: everything of the closed list but the server's own faults. */
const codes = new Set<number>(Object.values(errorCodes).map(({ rpc }) => rpc))
for (const fault of ['INTERNAL', 'UNAVAILABLE'] as const) codes.delete(errorCodes[fault].rpc)
const statuses = new Set([200, 204, 400, 403, 413, 415])

export interface FuzzedServer extends AsyncDisposable {
  platform: Platform
  known: Known
  send(sent: Sent): Promise<Answer>
}

/** A request as it travels. */
export interface Sent {
  method: string
  path: string
  body: string | Uint8Array
  headers: Record<string, string>
}

export interface Answer {
  status: number
  type: string
  raw: string
}

/** A server for alice and bob, with some tasks of each, and connections to it that are kept open. */
export async function openServer(): Promise<FuzzedServer> {
  const platform = await startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens, A2A_OUTBOUND_ALLOW: '127.0.0.1' } })
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const tasks = []
  for (const headers of [alice, bob, alice, bob]) {
    const { result } = await platform.rpc('message/send', message('Calculate 25 * 4'), headers)
    tasks.push(result)
  }
  return {
    platform,
    known: {
      taskIds: [...tasks.map(({ id }) => id), '00000000-0000-7000-8000-000000000000'],
      contextIds: tasks.map(({ contextId }) => contextId),
    },
    async send({ method, path, body, headers }) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      const sent = request(`${platform.url}${path}`, { method, agent, headers }, response => {
        const answer = { status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '' }
        buffer(response).then(bytes => resolve({ ...answer, raw: bytes.toString() }), reject)
      })
      sent.once('error', reject).end(body)
      return promise
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await platform[Symbol.asyncDispose]()
    },
  }
}

/** Headers as odd as the bodies. */
export function headersOf(random: Random): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json', ...random.pick([alice, bob]) }
  if (random.below(10) === 0) headers['a2a-version'] = random.pick(['', '0.3', '1.0', 'é', ',', 'x'.repeat(2000)])
  if (random.below(10) === 0) headers['last-event-id'] = random.pick(['0', '1', '-1', 'x', '999999999999999', '1e3'])
  if (random.below(20) === 0)
    headers['content-type'] = random.pick(['text/plain', 'application/json;', 'application/json; charset=x', ';'])
  return headers
}

export type Kind = 'silence' | 'stream' | 'result' | 'error'

/** Never the server's fault, and always an answer that the caller can read. @returns what kind of answer it was. */
function kindOf({ status, type, raw }: Answer): Kind {
  assert.ok(statuses.has(status), `the status ${status}`)
  assertTellsNothing(raw)
  if (status === 204) {
    assert.equal(raw, '')
    return 'silence'
  }
  if (type.startsWith('text/event-stream')) {
    assert.ok(readFrames(raw).length > 0, 'a stream without a frame')
    return 'stream'
  }
  const { jsonrpc, error, ...rest }: RpcBody = JSON.parse(raw)
  assert.equal(jsonrpc, '2.0')
  assert.deepEqual(Object.keys(rest).sort(), error ? ['id'] : ['id', 'result'])
  if (!error) return 'result'
  assert.ok(codes.has(error.code), `the code ${error.code}`)
  // That would be the database's refusal of what the edge should have refused.
  assert.notEqual(error.message, 'a value cannot be stored')
  return 'error'
}

/** Sends bodies over some connections at once, and checks each answer. @returns how many there were of each kind. */
export async function fuzz(
  t: TestContext,
  server: FuzzedServer,
  { part, count, bodyOf }: { part: number; count: number; bodyOf: (random: Random, i: number) => string | Uint8Array },
): Promise<Record<Kind, number>> {
  const requestOf = (random: Random, i: number): Sent => ({
    method: 'POST',
    body: bodyOf(random, i),
    headers: headersOf(random),
    path: random.pick(rpcPaths),
  })
  return fuzzRequests(t, server, { part, count, requestOf, kindOf })
}

/** The same with requests of any kind. `kindOf` throws for an answer that must not be. */
export async function fuzzRequests(
  t: TestContext,
  { platform, send }: FuzzedServer,
  run: {
    part: number
    count: number
    requestOf: (random: Random, i: number) => Sent
    kindOf: (answer: Answer, sent: Sent) => Kind
  },
): Promise<Record<Kind, number>> {
  const random = randomOf(seed + run.part)
  const kinds = { silence: 0, stream: 0, result: 0, error: 0 }
  const delay = monitorEventLoopDelay({ resolution: 5 })
  let next = 0
  const work = async () => {
    while (next < run.count) {
      const sent = run.requestOf(random, next++)
      const answer = await send(sent)
      try {
        kinds[run.kindOf(answer, sent)]++
      } catch (wrong) {
        const shown = `${sent.method} ${sent.path}\n${Buffer.from(sent.body).toString('latin1').slice(0, 2000)}\n→ ${answer.status} ${answer.raw.slice(0, 1000)}`
        throw new Error(`${wrong}\n${shown}\nCODETETHER_FUZZ_SEED=${seed} repeats it`, { cause: wrong })
      }
    }
  }
  delay.enable()
  await Promise.all(Array.from({ length: connections }, work))
  delay.disable()
  const { result } = await platform.rpc('message/send', message('Calculate 25 * 4'), alice)
  assert.match(result.status.message.parts[0].text, /100/)
  // Of client and server together, which share the process.
  const [p99, most] = [delay.percentile(99), delay.max].map(ns => Math.round(ns / 1e6))
  t.diagnostic(`${JSON.stringify(kinds)}; event loop: p99 ${p99} ms, longest ${most} ms; seed ${seed}`)
  assert.ok(most !== undefined && most < 5000, `one request held the event loop up for ${most} ms (seed ${seed})`)
  return kinds
}
