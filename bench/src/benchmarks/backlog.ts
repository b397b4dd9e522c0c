import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import { besidePeer } from '../figures.ts'
import { ourTeam } from '../queues/team.ts'
import { workOff } from '../queues/work-off.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import { Arena } from './arena.ts'
import { rotated } from './measure.ts'

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
  const empty = { team: await ourTeam(field, { name: 'without backlog', purpose: 'empty' }), rounds: [] as number[] }
  run.log(`adding ${BACKLOG} tasks`)
  const full = {
    team: await ourTeam(field, { name: 'with backlog', purpose: 'full', backlog: BACKLOG }),
    rounds: [] as number[],
  }
  const entries = [full, empty]
  const teams = entries.map(({ team }) => team)
  for (const team of teams) await workOff(run, { team, jobs: JOBS, teams })
  const before = await machineTime()
  for (let round = 0; round < run.options.rounds; round++) {
    for (const { team, rounds } of rotated(entries, round)) {
      const perSecond = await workOff(run, { team, jobs: JOBS, teams })
      rounds.push(perSecond)
      run.log(`round ${round + 1} of ${run.options.rounds}: ${team.name}: ${perSecond.toFixed(0)}/s`)
    }
  }
  const idle = idleBetween(before, await machineTime())
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
