import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import { belowBound } from '../figures.ts'
import { Generator } from '../load/generator.ts'
import type { TurnoverResult } from '../load/turnover.ts'
import type { Contestant } from '../peers/contestant.ts'
import { countCompletedTasks, settle } from '../postgres.ts'
import { scrape } from '../system/exposition.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import { Arena } from './arena.ts'

const STREAMS = 2_000
const PER_SECOND = 200
/** So long that never fewer streams are open. */
const LIFE_MS = (1_000 * 1.02 * STREAMS) / PER_SECOND
const MOST_DELAY_MS = 100
/** Before and behind the time that is measured, in which the same goes on. */
const MARGIN_MS = 2_000
/** One principal may have a thousand streams. */
const TOKENS = ['bench-token-1', 'bench-token-2', 'bench-token-3']

interface Round {
  readonly load: TurnoverResult
  /** Delay of the event loop in milliseconds, as the server's own metrics tell it. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Streams that were open in the server at the beginning and at the end of the time that counts. */
  readonly open: readonly [number, number]
  /** Per cent of one processor. */
  readonly serverShare: number
  readonly databaseShare: number
  /** Per cent of the machine. */
  readonly idle: number
}

export const openStreams: Benchmark = {
  name: 'open-streams',
  description: `${STREAMS} open streams over all transports while ${PER_SECOND} tasks begin and ${PER_SECOND} finish each second`,
  defaults: { rounds: 3, seconds: 15 },
  // The streams of a round are opened before its time and end after it.
  extraSeconds: 300,
  run,
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const database = await arena.database('ours')
  const generator = stack.use(new Generator(run.signal))
  const tokens = TOKENS.map((token, index) => `bench${index}:${token}`).join(',')
  const contestant = await arena.start({
    name: 'ours',
    peer: 'ours',
    database,
    agent: 'script',
    tokens,
    allDoors: true,
  })
  const rounds: Round[] = []
  for (let round = 0; round < run.options.rounds; round++) {
    await settle(database)
    const played = await playRound(run, { arena, contestant, generator })
    rounds.push(played)
    run.log(`round ${round + 1} of ${run.options.rounds}: ${summary(played)}`)
  }
  await arena.checkRoles(database)
  const streams = rounds.reduce((sum, { load }) => sum + load.streams, 0)
  const kept = await countCompletedTasks(database, 'ours')
  if (kept !== streams) throw new Error(`${streams} streams, but ${kept} completed tasks in the database`)
  return {
    figures: [
      belowBound({
        ...{ bench: 'open-streams', figure: 'event-loop delay p99', unit: 'ms', bound: MOST_DELAY_MS },
        ours: rounds.map(({ p99 }) => p99),
      }),
    ],
    notes: [
      ...rounds.map((round, index) => `round ${index + 1}: ${summary(round)}`),
      arena.note(),
      `all ${streams} streams ended complete, every frame checked; as many completed tasks are in the database`,
    ],
  }
}

interface Field {
  readonly arena: Arena
  readonly contestant: Contestant
  readonly generator: Generator
}

async function playRound(run: Run, field: Field): Promise<Round> {
  const { generator, contestant } = field
  if (contestant.doors === null) throw new Error('the server does not serve every transport')
  const { seconds } = run.options
  const [load, watched] = await Promise.all([
    generator.turnOver({
      ...{ doors: contestant.doors, tokens: TOKENS, perSecond: PER_SECOND, lifeMs: LIFE_MS },
      seconds: (LIFE_MS + 2 * MARGIN_MS) / 1_000 + seconds,
    }),
    watch(run, field),
  ])
  if (Math.min(...watched.open) < STREAMS) throw new Error(`only ${watched.open.join(' and ')} streams were open`)
  if (load.behindMs > MARGIN_MS) throw new Error(`the load generator fell ${load.behindMs.toFixed(0)} ms behind`)
  return { load, ...watched }
}

/** Looks at the server when as many streams end as begin. A scrape begins a new measurement of the event loop. */
async function watch({ options, signal }: Run, { arena, contestant }: Field): Promise<Omit<Round, 'load'>> {
  await sleep(LIFE_MS + MARGIN_MS, undefined, { signal })
  const look = async () => ({
    metrics: await scrape(contestant.url, TOKENS[0] ?? ''),
    ...{ cpu: await arena.cpu(contestant), machine: await machineTime(), at: performance.now() },
  })
  const before = await look()
  await sleep(options.seconds * 1_000, undefined, { signal })
  const after = await look()
  const share = (of: 'server' | 'database') => (100 * (after.cpu[of] - before.cpu[of])) / (after.at - before.at)
  const delay = (which: string) => 1_000 * after.metrics(`nodejs_eventloop_lag_${which}_seconds`)
  const openIn = ({ metrics }: typeof before) => metrics('codetether_streams_open')
  return {
    ...{ p50: delay('p50'), p99: delay('p99'), max: delay('max') },
    open: [openIn(before), openIn(after)],
    ...{ serverShare: share('server'), databaseShare: share('database') },
    idle: idleBetween(before.machine, after.machine),
  }
}

function summary({ load, p50, p99, max, open, serverShare, databaseShare, idle }: Round): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`
  return (
    `event-loop delay p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)}; ${open.join(' and ')} streams open; ` +
    `a stream ends ${ms(load.lateP50)} after its task's work, p99 ${ms(load.lateP99)}, max ${ms(load.lateMax)}; ` +
    `CPU ${serverShare.toFixed(0)} % server, ${databaseShare.toFixed(0)} % database, generator ${load.ownShare.toFixed(0)} %; ` +
    `machine idle ${idle.toFixed(0)} %`
  )
}
