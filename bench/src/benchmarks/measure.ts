import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../benchmark.ts'
import type { LoadResult } from '../load/generate.ts'
import type { Generator } from '../load/generator.ts'
import type { Workload } from '../load/workload.ts'
import type { Contestant } from '../peers/contestant.ts'
import { settle } from '../postgres.ts'
import type { Arena } from './arena.ts'

export const CONNECTIONS = 32
const WARM_UP_SECONDS = 2
const SETTLE_MS = 300

/** What one round says about one contestant. */
export interface Round {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly serverMs: number
  readonly databaseMs: number
  readonly generatorShare: number
}

/** What a contestant is asked, and where. */
export interface Course {
  readonly name: string
  readonly contestant: Contestant
  /** Where it keeps its tasks, by a superuser's address. */
  readonly database: string | null
  readonly url: string
  readonly workload: Workload
}

/** A course with what was measured of it so far. */
export interface Entry extends Course {
  readonly rounds: Round[]
  /** Every request it answered, warm-up included: as many tasks must be in its database. */
  completed: number
}

interface Play {
  readonly entries: readonly Entry[]
  /** In which order they play a round, if not one after the other. */
  readonly orderOf?: (round: number) => readonly Entry[]
}

/** Lets a server's code be compiled and its connections be opened before anything counts. */
export async function warmUp(run: Run, course: Course, generator: Generator): Promise<Entry> {
  run.log(`warm-up: ${course.name}`)
  const { completed } = await checkedLoad(course, generator, WARM_UP_SECONDS)
  return { ...course, rounds: [], completed }
}

/** The same things, beginning with another one each round. */
export const rotated = <T>(items: readonly T[], round: number): T[] => {
  const first = round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

/**
 * Rounds alternate, and each begins with another contestant, so that a drift of the machine meets all alike. Any
 * wrong answer ends the run: a server that errs is not fast.
 */
export async function playRounds(
  run: Run,
  { entries, orderOf = round => rotated(entries, round) }: Play,
  generator: Generator,
  arena: Arena,
): Promise<void> {
  const { rounds, seconds } = run.options
  const databases = new Set(entries.map(({ database }) => database))
  for (let round = 0; round < rounds; round++) {
    for (const entry of orderOf(round)) {
      for (const database of databases) if (database !== null) await settle(database)
      await sleep(SETTLE_MS, undefined, { signal: run.signal })
      const measured = await measureRound(entry, generator, arena, seconds)
      entry.completed += measured.completed
      entry.rounds.push(measured.round)
      run.log(`round ${round + 1} of ${rounds}: ${entry.name}: ${summary(measured.round)}`)
    }
  }
}

async function measureRound(course: Course, generator: Generator, arena: Arena, seconds: number) {
  const before = await arena.cpu(course.contestant)
  const load = await checkedLoad(course, generator, seconds)
  const after = await arena.cpu(course.contestant)
  const round: Round = {
    ...{ perSecond: load.perSecond, p50: load.p50, p99: load.p99, generatorShare: load.ownShare },
    serverMs: (after.server - before.server) / load.completed,
    databaseMs: (after.database - before.database) / load.completed,
  }
  return { round, completed: load.completed }
}

async function checkedLoad(
  { name, url, workload }: Course,
  generator: Generator,
  seconds: number,
): Promise<LoadResult> {
  const load = await generator.load({
    ...{ url, workload, connections: CONNECTIONS, seconds },
  })
  if (load.errors > 0) {
    throw new Error(`${name}: ${load.errors} wrong answers, the first: ${load.firstError ?? ''}`)
  }
  if (load.completed === 0) throw new Error(`${name}: no answer`)
  return load
}

function summary({ perSecond, p50, p99, serverMs, databaseMs, generatorShare }: Round): string {
  return (
    `${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ` +
    `CPU ${serverMs.toFixed(3)} ms server, ${databaseMs.toFixed(3)} ms database, generator ${generatorShare.toFixed(0)} %`
  )
}
