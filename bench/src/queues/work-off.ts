import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../benchmark.ts'
import { settle } from '../postgres.ts'
import type { Team } from './team.ts'

/** What a worker takes at a time, where it can take more than one. */
export const BATCH = 50
const SETTLE_MS = 300

/** Puts in jobs while nobody works, then lets all workers begin at once. @returns jobs per second. */
export async function workOff(
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
