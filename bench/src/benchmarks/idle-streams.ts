import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Figure, Run } from '../benchmark.ts'
import { belowBound, besidePeer } from '../figures.ts'
import { Generator } from '../load/generator.ts'
import { countCompletedTasks } from '../postgres.ts'
import { median } from '../statistics.ts'
import type { Arena } from './arena.ts'

export const IDLE_STREAMS = 2_000
const WARM_UP_STREAMS = 500
const MOST_ROUNDS = 3
const SETTLE_MS = 1_000
const STREAM_KB = 20
/** One principal may have a thousand streams. */
const TOKENS = ['bench-token-1', 'bench-token-2', 'bench-token-3']

interface IdleRound {
  readonly heapKb: number
  readonly residentKb: number
  /** Per cent of one processor while nothing happens. */
  readonly serverShare: number
  readonly databaseShare: number
  /** From the order to end until the last stream has ended. */
  readonly endMs: number
}

export interface IdleRounds {
  readonly ours: readonly IdleRound[]
  readonly memory: readonly IdleRound[]
  readonly notes: readonly string[]
}

/** Rounds in servers of their own: what one round leaves behind would hide what the next one takes. */
export async function playIdleStreams(run: Run, arena: Arena, database: string): Promise<IdleRounds> {
  const ours: IdleRound[] = []
  const memory: IdleRound[] = []
  const rounds = Math.min(run.options.rounds, MOST_ROUNDS)
  for (let round = 0; round < rounds; round++) {
    const play = async (list: IdleRound[], name: string, peer: 'ours' | 'sdk-memory', kept: string | null) => {
      const played = await playRound(run, arena, { name, peer, database: kept })
      list.push(played)
      run.log(`idle streams, round ${round + 1} of ${rounds}: ${name}: ${summary(played)}`)
    }
    await play(ours, 'ours', 'ours', database)
    await play(memory, 'SDK in memory', 'sdk-memory', null)
  }
  const share = median(ours.map(({ databaseShare }) => databaseShare))
  return {
    ours,
    memory,
    notes: [`PostgreSQL with ${IDLE_STREAMS} idle streams of ours: ${share.toFixed(0)} % of one processor`],
  }
}

interface Entrant {
  readonly name: string
  readonly peer: 'ours' | 'sdk-memory'
  readonly database: string | null
}

async function playRound(run: Run, arena: Arena, entrant: Entrant): Promise<IdleRound> {
  await using stack = new AsyncDisposableStack()
  const generator = stack.use(new Generator(run.signal))
  const tokens = TOKENS.map((token, index) => `bench${index}:${token}`).join(',')
  const contestant = await arena.start({ ...entrant, agent: 'script', tokens }, stack)
  const pause = (milliseconds: number) => sleep(milliseconds, undefined, { signal: run.signal })
  const hold = async (count: number): Promise<string> => {
    const message = randomUUID()
    await generator.hold({ url: contestant.url, count, message, tokens: TOKENS })
    await pause(SETTLE_MS)
    return message
  }
  const end = async (message: string): Promise<number> => {
    const started = performance.now()
    await contestant.order(message, 0)
    await generator.finish(0)
    return performance.now() - started
  }

  await end(await hold(WARM_UP_STREAMS))
  await pause(SETTLE_MS)
  const keptBefore = await kept(entrant.database)
  const memoryBefore = await contestant.memory()
  const message = await hold(IDLE_STREAMS)
  const memoryAfter = await contestant.memory()
  const [cpuBefore, started] = [await arena.cpu(contestant), performance.now()]
  await pause(run.options.seconds * 1_000)
  const [cpuAfter, elapsed] = [await arena.cpu(contestant), performance.now() - started]
  const endMs = await end(message)
  const completed = (await kept(entrant.database)) - keptBefore
  if (entrant.database !== null && completed !== IDLE_STREAMS)
    throw new Error(`${entrant.name}: ${completed} of ${IDLE_STREAMS} idle tasks are completed in its database`)
  const perStream = (key: 'heap' | 'resident') => (memoryAfter[key] - memoryBefore[key]) / IDLE_STREAMS / 1_000
  return {
    ...{ heapKb: perStream('heap'), residentKb: perStream('resident'), endMs },
    serverShare: (100 * (cpuAfter.server - cpuBefore.server)) / elapsed,
    databaseShare: (100 * (cpuAfter.database - cpuBefore.database)) / elapsed,
  }
}

const kept = async (database: string | null): Promise<number> =>
  database === null ? 0 : await countCompletedTasks(database, 'ours')

export function idleFigures({ ours, memory }: IdleRounds): Figure[] {
  const measured = (figure: string, unit: string, key: keyof IdleRound) => ({
    ...{ bench: 'streams', figure, unit },
    ours: ours.map(round => round[key]),
  })
  const bounded = (figure: string, key: keyof IdleRound) =>
    belowBound({ ...measured(figure, 'KB', key), bound: STREAM_KB })
  const beside = (figure: string, unit: string, key: keyof IdleRound) =>
    besidePeer({
      ...{ ...measured(figure, unit, key), peer: memory.map(round => round[key]) },
      ...{ peerName: 'SDK in memory', better: 'lower' },
    })
  return [
    bounded('heap per idle stream', 'heapKb'),
    beside('heap per idle stream', 'KB', 'heapKb'),
    bounded('resident memory per idle stream', 'residentKb'),
    beside('resident memory per idle stream', 'KB', 'residentKb'),
    beside(`server CPU with ${IDLE_STREAMS} idle streams`, '%', 'serverShare'),
    beside(`end of ${IDLE_STREAMS} idle streams at once`, 'ms', 'endMs'),
  ]
}

const summary = ({ heapKb, residentKb, serverShare, databaseShare, endMs }: IdleRound): string =>
  `${heapKb.toFixed(1)} KB heap, ${residentKb.toFixed(1)} KB resident each, ` +
  `CPU ${serverShare.toFixed(0)} % server, ${databaseShare.toFixed(0)} % database, ended in ${endMs.toFixed(0)} ms`
