import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import { besidePeer } from '../figures.ts'
import { hasRedis, ourTeam, peerTeam } from '../queues/team.ts'
import { BATCH, type Entry, playQueues } from '../queues/work-off.ts'
import { Arena } from './arena.ts'

const WORKERS = 4
const JOBS = 100_000
const WARM_UP_JOBS = 2_000

interface Contest {
  readonly bench: string
  readonly ours: string
  readonly core: boolean
  /** The others, each with the least ratio that ours must have to it. */
  readonly peers: readonly Readonly<{ name: string; module: Parameters<typeof peerTeam>[2]; target?: number }>[]
}

const overHttp: Contest = {
  bench: 'drain',
  ours: 'ours over HTTP',
  core: false,
  peers: [
    { name: 'pg-boss', module: 'pg-boss', target: 1 },
    { name: 'pg-boss, batched', module: 'pg-boss-batched', target: 1 },
    { name: 'graphile-worker', module: 'graphile' },
    { name: 'graphile-worker, batched', module: 'graphile-local' },
    { name: 'BullMQ', module: 'bullmq' },
  ],
}

const core: Contest = {
  bench: 'queue-core',
  ours: 'ours in SQL',
  core: true,
  peers: [
    { name: 'bare SKIP LOCKED', module: 'bare', target: 0.5 },
    { name: 'pg-boss', module: 'pg-boss', target: 1 },
    { name: 'pg-boss, batched', module: 'pg-boss-batched', target: 1 },
    { name: 'graphile-worker', module: 'graphile', target: 1 },
  ],
}

/** A round takes as long as its jobs do: `seconds` only bounds the run. */
const common = { defaults: { rounds: 3, seconds: 60 }, extraSeconds: 1_200 }

export const drain: Benchmark = {
  ...common,
  name: 'drain',
  description: `${JOBS} tasks worked off by ${WORKERS} worker processes over HTTP, beside other queues with direct database access`,
  run: run => play(run, overHttp),
}

export const queueCore: Benchmark = {
  ...common,
  name: 'queue-core',
  description: `${JOBS} tasks claimed and completed in SQL by ${WORKERS} processes, beside a bare SKIP LOCKED table and other queues`,
  run: run => play(run, core),
}

async function play(run: Run, contest: Contest): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const field = { run, arena, stack, workers: WORKERS }
  const ours: Entry = {
    team: await ourTeam(field, { name: contest.ours, purpose: 'ours', core: contest.core }),
    rounds: [],
  }
  const isThere = await hasRedis()
  const peers: (Entry & { target?: number })[] = []
  for (const { name, module, ...target } of contest.peers)
    if (module !== 'bullmq' || isThere) peers.push({ team: await peerTeam(field, name, module), rounds: [], ...target })

  const idle = await playQueues(run, [ours, ...peers], { warmUp: WARM_UP_JOBS, jobs: JOBS })
  return {
    figures: peers.map(({ team, rounds, target }) =>
      besidePeer({
        ...{ bench: contest.bench, figure: 'tasks worked off/s', unit: '1/s', better: 'higher' },
        ...{ ours: ours.rounds, peer: rounds, peerName: team.name, ...(target !== undefined && { target }) },
      }),
    ),
    notes: [
      `machine idle while tasks were put in and worked off: ${idle.toFixed(0)} %`,
      arena.note(),
      `every task was worked off by exactly one worker; up to ${BATCH} are taken at once, where a queue can`,
      ...(isThere || contest.core ? [] : ['BullMQ is not shown: there is no Redis on this machine']),
    ],
  }
}
