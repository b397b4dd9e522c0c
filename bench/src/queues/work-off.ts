import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../benchmark.ts'
import { rotated } from '../benchmarks/measure.ts'
import { settle } from '../postgres.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import type { Team } from './team.ts'

/** What a worker takes at a time, where it can take more than one. */
export const BATCH = 50
const SETTLE_MS = 300

/** Puts in jobs while nobody works, then lets all workers begin at once. @returns jobs per second. */
async function workOff(
  run: Run,
  { team, jobs, teams }: { team: Team; jobs: number; teams: readonly Team[] },
): Promise<number> {
  await team.fill(jobs)
  for (const { database } of teams) if (database !== null) await settle(database)
  await sleep(SETTLE_MS, undefined, { signal: run.signal })
  const started = performance.now()
  const shares = await Promise.all(team.workers.map(worker => worker.drain(BATCH)))
  const seconds = (performance.now() - started) / 1_000
  const done = shares.reduce((sum, share) => sum + share, 0)
  if (done !== jobs) throw new Error(`${team.name}: ${done} of ${jobs} tasks were worked off`)
  return jobs / seconds
}

/** A queue, and how many jobs it worked off in a second, for each round. */
export interface Entry {
  readonly team: Team
  readonly rounds: number[]
}

/** Lets all of them work off jobs, first to warm up and then in rounds that take turns. @returns how idle the machine was, in per cent. */
export async function playQueues(
  run: Run,
  entries: readonly Entry[],
  { warmUp, jobs }: { warmUp: number; jobs: number },
): Promise<number> {
  const teams = entries.map(({ team }) => team)
  for (const team of teams) await workOff(run, { team, jobs: warmUp, teams })
  const before = await machineTime()
  for (let round = 0; round < run.options.rounds; round++) {
    for (const { team, rounds } of rotated(entries, round)) {
      const perSecond = await workOff(run, { team, jobs, teams })
      rounds.push(perSecond)
      run.log(`round ${round + 1} of ${run.options.rounds}: ${team.name}: ${perSecond.toFixed(0)}/s`)
    }
  }
  return idleBetween(before, await machineTime())
}
