import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, Figure, Outcome, Run } from '../benchmark.ts'
import { belowBound, besidePeer } from '../figures.ts'
import { hasRedis, ourTeam, peerTeam, type Team } from '../queues/team.ts'
import { copyWaitingTask } from '../seed.ts'
import { median, percentile } from '../statistics.ts'
import { Arena } from './arena.ts'
import { rotated } from './measure.ts'

const WARM_UP_TASKS = 20
/** Pauses are drawn, so that no poll of a peer falls in step with them. */
const PAUSE_MS = 50
/** What a peer that polls twice a second needs to be met at any place of its interval. */
const POLLED_PAUSE_MS = 500
/** How often a worker that waits looks by itself. */
const OUR_POLL_MS = 2_000
/** A look, and the way there and back. */
const LOOK_MS = 100
const UNHINTED_TASKS = 3

interface Entry {
  readonly team: Team
  readonly pauseMs: number
  /** Least ratio of the medians; null for one that is only shown. */
  readonly target: number | null
  readonly rounds: { p50: number; p99: number }[]
}

export const pickup: Benchmark = {
  name: 'pickup',
  description:
    'from putting in a task until a worker has it, one at a time: ours over HTTP, beside other queues with direct database access',
  defaults: { rounds: 5, seconds: 5 },
  extraSeconds: 300,
  run,
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const field = { run, arena, stack, workers: 1 }
  const enter = (team: Team, pauseMs: number, target: number | null): Entry => ({ team, pauseMs, target, rounds: [] })
  const ours = enter(await ourTeam(field, { name: 'ours over HTTP', purpose: 'ours' }), PAUSE_MS, null)
  const peers = [
    enter(await peerTeam(field, 'graphile-worker', 'graphile'), PAUSE_MS, 0.5),
    enter(await peerTeam(field, 'pg-boss', 'pg-boss'), POLLED_PAUSE_MS, 10),
    enter(await peerTeam(field, 'pg-boss with notify', 'pg-boss-notify'), PAUSE_MS, null),
  ]
  const isThere = await hasRedis()
  if (isThere) peers.push(enter(await peerTeam(field, 'BullMQ', 'bullmq'), PAUSE_MS, null))
  const entries = [ours, ...peers]
  for (const { team, pauseMs } of entries) {
    for (const worker of team.workers) await worker.listen()
    for (let task = 0; task < WARM_UP_TASKS; task++) await startOne(run, team, Math.min(pauseMs, PAUSE_MS))
  }
  await playRounds(run, entries)
  const unhinted = await startUnhinted(run, ours.team)
  return {
    figures: [...peers.flatMap(peer => figuresBeside(ours, peer)), boundOf(unhinted)],
    notes: [
      arena.note(),
      'without hints: tasks that were copied into the database, of which no server was told',
      ...(isThere ? [] : ['BullMQ is not shown: there is no Redis on this machine']),
    ],
  }
}

async function playRounds(run: Run, entries: readonly Entry[]): Promise<void> {
  const { rounds, seconds } = run.options
  for (let round = 0; round < rounds; round++) {
    for (const { team, pauseMs, rounds: played } of rotated(entries, round)) {
      const delays: number[] = []
      const until = performance.now() + seconds * 1_000
      do delays.push(await startOne(run, team, pauseMs))
      while (performance.now() < until)
      const ascending = delays.toSorted((a, b) => a - b)
      const figures = { p50: percentile(ascending, 0.5), p99: percentile(ascending, 0.99) }
      played.push(figures)
      const { p50, p99 } = figures
      run.log(`round ${round + 1} of ${rounds}: ${team.name}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
    }
  }
}

/** Puts in one task while the worker waits. @returns milliseconds until the worker has it. */
async function startOne(run: Run, { sender, workers: [worker] }: Team, pauseMs: number): Promise<number> {
  if (worker === undefined) throw new Error('no worker')
  await sleep(PAUSE_MS + Math.random() * pauseMs, undefined, { signal: run.signal })
  const [delay] = await Promise.all([worker.next(), sender.send()])
  return delay
}

/** Tasks that nobody is told of. @returns milliseconds until each has a worker. */
async function startUnhinted(run: Run, { database, original, workers: [worker] }: Team): Promise<number[]> {
  if (database === null || original === null || worker === undefined) throw new Error('no database to copy into')
  const delays: number[] = []
  for (let task = 0; task < UNHINTED_TASKS; task++) {
    await sleep(Math.random() * OUR_POLL_MS, undefined, { signal: run.signal })
    const started = performance.now()
    await Promise.all([worker.next(), copyWaitingTask(database, { original, count: 1 }, run.signal)])
    delays.push(performance.now() - started)
  }
  return delays
}

function figuresBeside(ours: Entry, peer: Entry): Figure[] {
  const figure = (name: 'p50' | 'p99', target: number | null) =>
    besidePeer({
      ...{ bench: 'pickup', figure: `start of a task, ${name}`, unit: 'ms', better: 'lower', peerName: peer.team.name },
      ours: ours.rounds.map(round => round[name]),
      peer: peer.rounds.map(round => round[name]),
      ...(target !== null && { target }),
    })
  return [figure('p50', peer.target), figure('p99', null)]
}

const boundOf = (unhinted: readonly number[]): Figure =>
  belowBound({
    ...{ bench: 'pickup', figure: 'start of a task without hints', unit: 'ms' },
    ...{ ours: [median(unhinted)], bound: OUR_POLL_MS + LOOK_MS },
  })
