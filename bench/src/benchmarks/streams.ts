import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import { besidePeer } from '../figures.ts'
import { Generator } from '../load/generator.ts'
import type { Contestant } from '../peers/contestant.ts'
import { countCompletedTasks, settle } from '../postgres.ts'
import { median } from '../statistics.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import { Arena } from './arena.ts'
import { IDLE_STREAMS, idleFigures, playIdleStreams } from './idle-streams.ts'

const STREAMS = 500
const WARM_UP_BURSTS = 8
const SETTLE_MS = 300
const LEAST_RATIO = 1

interface Round {
  /** From the first request until the last stream has ended, the median of the round. */
  readonly milliseconds: number
  readonly serverMs: number
  readonly databaseMs: number
}

interface Entry {
  readonly contestant: Contestant
  readonly rounds: Round[]
  streams: number
  generatorMs: number
}

export const streams: Benchmark = {
  name: 'streams',
  description: `${STREAMS} concurrent streams to their end, and ${IDLE_STREAMS} idle ones, beside the official SDK's server in memory`,
  defaults: { rounds: 5, seconds: 3 },
  extraSeconds: 300,
  run,
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const database = await arena.database('ours')
  const before = await machineTime()
  const { ours, memory } = await playBursts(run, arena, database)
  const kept = await countCompletedTasks(database, 'ours')
  if (kept !== ours.streams)
    throw new Error(`ours: ${ours.streams} streams, but ${kept} completed tasks in its database`)
  const idle = await playIdleStreams(run, arena, database)
  const idleShare = idleBetween(before, await machineTime())
  return {
    figures: [...burstFigures(ours, memory), ...idleFigures(idle)],
    notes: [
      `machine idle during the rounds: ${idleShare.toFixed(0)} %`,
      `load generator per stream: ${[ours, memory].map(generatorNote).join(', ')}`,
      arena.note(),
      `every frame checked, none wrong: ${ours.streams} streams of ours, ${memory.streams} of the SDK, and ${IDLE_STREAMS} idle ones of each in ${idle.ours.length} rounds`,
      ...idle.notes,
    ],
  }
}

async function playBursts(run: Run, arena: Arena, database: string) {
  await using stack = new AsyncDisposableStack()
  const generator = stack.use(new Generator(run.signal))
  const enter = async (name: string, peer: 'ours' | 'sdk-memory', kept: string | null): Promise<Entry> => {
    const contestant = await arena.start({ name, peer, database: kept, agent: 'script' }, stack)
    run.log(`warm-up: ${name}`)
    const entry: Entry = { contestant, rounds: [], streams: 0, generatorMs: 0 }
    for (let burst = 0; burst < WARM_UP_BURSTS; burst++) await playBurst(entry, generator)
    return entry
  }
  const ours = await enter('ours', 'ours', database)
  await arena.checkRoles(database)
  const memory = await enter('SDK in memory', 'sdk-memory', null)
  for (let round = 0; round < run.options.rounds; round++) {
    for (const entry of round % 2 === 0 ? [ours, memory] : [memory, ours]) {
      await settle(database)
      await sleep(SETTLE_MS, undefined, { signal: run.signal })
      const played = await playRound(run, { arena, entry, generator })
      entry.rounds.push(played)
      run.log(`round ${round + 1} of ${run.options.rounds}: ${entry.contestant.name}: ${summary(played)}`)
    }
  }
  return { ours, memory }
}

interface Field {
  readonly arena: Arena
  readonly entry: Entry
  readonly generator: Generator
}

/** One burst after the other until the time of the round is up. */
async function playRound(run: Run, { arena, entry, generator }: Field): Promise<Round> {
  const times: number[] = []
  const until = performance.now() + run.options.seconds * 1_000
  const before = await arena.cpu(entry.contestant)
  do times.push(await playBurst(entry, generator))
  while (performance.now() < until)
  const after = await arena.cpu(entry.contestant)
  return {
    milliseconds: median(times),
    serverMs: (after.server - before.server) / times.length / STREAMS,
    databaseMs: (after.database - before.database) / times.length / STREAMS,
  }
}

async function playBurst(entry: Entry, generator: Generator): Promise<number> {
  const { milliseconds, cpuMs } = await generator.burst({ url: entry.contestant.url, count: STREAMS, tokens: [] })
  entry.streams += STREAMS
  entry.generatorMs += cpuMs
  return milliseconds
}

function burstFigures(ours: Entry, memory: Entry) {
  const figure = (name: string, key: keyof Round, target?: number) =>
    besidePeer({
      ...{ bench: 'streams', figure: name, unit: 'ms', peerName: memory.contestant.name, better: 'lower' },
      ours: ours.rounds.map(round => round[key]),
      peer: memory.rounds.map(round => round[key]),
      ...(target === undefined ? {} : { target }),
    })
  return [
    figure(`${STREAMS} streams to their end`, 'milliseconds', LEAST_RATIO),
    figure('server CPU per stream', 'serverMs'),
    figure('PostgreSQL CPU per stream', 'databaseMs'),
  ]
}

const summary = ({ milliseconds, serverMs, databaseMs }: Round): string =>
  `${milliseconds.toFixed(0)} ms, CPU per stream ${serverMs.toFixed(3)} ms server, ${databaseMs.toFixed(3)} ms database`

const generatorNote = ({ contestant, streams, generatorMs }: Entry): string =>
  `${(generatorMs / streams).toFixed(3)} ms (${contestant.name})`
