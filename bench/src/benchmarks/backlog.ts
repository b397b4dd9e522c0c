import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import { besidePeer } from '../figures.ts'
import { ourTeam } from '../queues/team.ts'
import { type Entry, playQueues } from '../queues/work-off.ts'
import { Arena } from './arena.ts'

const BACKLOG = 1_000_000
const WORKERS = 4
const JOBS = 10_000
const LEAST_RATIO = 0.8

export const backlog: Benchmark = {
  name: 'backlog',
  description: `tasks worked off over HTTP beside ${BACKLOG} that wait for another worker, and beside none`,
  defaults: { rounds: 5, seconds: 10 },
  extraSeconds: 900,
  run,
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const field = { run, arena, stack, workers: WORKERS }
  const empty: Entry = { team: await ourTeam(field, { name: 'without backlog', purpose: 'empty' }), rounds: [] }
  run.log(`adding ${BACKLOG} tasks`)
  const full: Entry = {
    team: await ourTeam(field, { name: 'with backlog', purpose: 'full', backlog: BACKLOG }),
    rounds: [],
  }
  const idle = await playQueues(run, [full, empty], { warmUp: JOBS, jobs: JOBS })
  return {
    figures: [
      besidePeer({
        ...{ bench: 'backlog', figure: `tasks worked off/s beside ${BACKLOG} others`, unit: '1/s', better: 'higher' },
        ...{ ours: full.rounds, peer: empty.rounds, peerName: 'ours beside none', target: LEAST_RATIO },
      }),
    ],
    notes: [`machine idle while tasks were put in and worked off: ${idle.toFixed(0)} %`, arena.note()],
  }
}
