import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isTerminal } from '@codetether/protocol/task-state'
import { message, type RpcBody } from '../platform.ts'
import { dataDirectory } from './data-directory.ts'
import { countUnfinished, faultless, findFaults, readStored } from './history.ts'
import { Random } from './random.ts'
import { RestartingServer } from './restarting-server.ts'
import { until } from './until.ts'

const submissions = 2_000
const clients = 24
/** A client gives up on an answer that takes longer, and on a message after so many tries. */
const answerMs = 25_000
const tries = 100

/** Same seed, same kills: set it to repeat a run. */
const seed = Number(process.env.CODETETHER_KILL_SEED ?? randomInt(2 ** 31))

/** The agents in turn: one that answers with its submission, and two that hold a lease while they work. */
const bodies = [
  (n: number) => message(`note ${n}`),
  (n: number) => message(`store 'value ${n}' as key${n % 100}`),
  () => message('step', { metadata: { agent: 'Stepper' } }),
]

interface Submission {
  messageId: string
  body: string
}

/** Half of the clients wait for the answer, half for the task only. */
const submission = (n: number): Submission => {
  const params = bodies[n % bodies.length]?.(n)
  const messageId = `message-${n}`
  const configuration = { blocking: n % 2 === 0 }
  const call = { message: { ...params?.message, messageId }, configuration }
  return { messageId, body: JSON.stringify({ jsonrpc: '2.0', id: n, method: 'message/send', params: call }) }
}

/** One try: the answer, or null if there was none because the connection broke or the server is not there yet. */
async function tryOnce(url: string, body: string): Promise<RpcBody | null> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerMs) })
    const answer = await response.json()
    return response.status === 503 ? null : answer
  } catch (error) {
    if (error instanceof TypeError) return null
    throw new Error(`no answer within ${answerMs / 1000} s to ${body}`, { cause: error })
  }
}

/** Sends a message until it is acknowledged, always with the same id. @returns the id of its task. */
async function submit(server: RestartingServer, { messageId, body }: Submission): Promise<string> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    const { url } = await server.current()
    const answer = await tryOnce(url, body)
    if (answer?.result) return answer.result.id
    if (answer) throw new Error(`${messageId} was answered with ${JSON.stringify(answer.error)}`)
    await delay(attempt)
  }
  throw new Error(`${messageId} was not answered after ${tries} tries`)
}

/** Sends all messages from many clients at once and kills the server each time that so many were acknowledged. */
async function submitAll(server: RestartingServer, kills: number[]): Promise<Map<string, string>> {
  const acknowledged = new Map<string, string>()
  const waiting = Array.from({ length: submissions }, (_, n) => submission(n))
  const client = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      acknowledged.set(next.messageId, await submit(server, next))
      if (acknowledged.size >= (kills[0] ?? Number.POSITIVE_INFINITY) && server.kill()) kills.shift()
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return acknowledged
}

test(`2,000 submissions to a server that is killed again and again are each done once (seed ${seed})`, async () => {
  const random = new Random(seed)
  const kills = Array.from({ length: random.between(6, 11) }, () => random.between(20, submissions - 20))
  kills.sort((a, b) => a - b)
  await using directory = await dataDirectory()
  await using server = new RestartingServer(directory)
  const planned = kills.length

  const acknowledged = await submitAll(server, kills)
  const { runtime } = await server.current()
  await until('all tasks to end', async () => (await countUnfinished(runtime.database)) === 0, 40_000)

  const { tasks, events } = await readStored(runtime.database)
  assert.deepEqual(findFaults({ acknowledged, tasks, events }), faultless)
  assert.deepEqual([acknowledged.size, tasks.length, server.restarts], [submissions, submissions, planned])
  const endings = new Set(events.flatMap(({ state }) => (state !== null && isTerminal(state) ? state : [])))
  assert.deepEqual([...endings], ['completed'])
  const recovered = events.filter(event => event.kind === 'attempt' && event.seq > 2).length
  assert.ok(recovered > 0, 'no kill has hit a running task: the test shows nothing')
})
