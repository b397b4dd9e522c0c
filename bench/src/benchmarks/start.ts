import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import { belowBound } from '../figures.ts'
import { serveUntilReady } from '../peers/serve.ts'
import { residentMegabytes } from '../system/cpu.ts'
import { idleBetween, machineTime } from '../system/idle.ts'

const FIRST_START_S = 4
const LATER_START_S = 2
const RESIDENT_MB = 150

interface Sample {
  readonly first: number
  readonly later: number
  readonly resident: number
}

export const start: Benchmark = {
  name: 'start',
  description: 'codetether serve with its embedded database: time to ready, first and later, and memory when idle',
  defaults: { rounds: 5, seconds: 3 },
  run,
}

async function run(run: Run): Promise<Outcome> {
  const samples: Sample[] = []
  const before = await machineTime()
  for (let round = 1; round <= run.options.rounds; round++) {
    const sample = await startTwice(run, join(run.directory, `round-${round}`))
    samples.push(sample)
    run.log(
      `round ${round} of ${run.options.rounds}: first ${sample.first.toFixed(2)} s, ` +
        `later ${sample.later.toFixed(2)} s, ${sample.resident.toFixed(0)} MB`,
    )
  }
  const idle = idleBetween(before, await machineTime())
  const figure = (name: string, unit: string, key: keyof Sample, bound: number) =>
    belowBound({ bench: 'start', figure: name, unit, ours: samples.map(sample => sample[key]), bound })
  return {
    figures: [
      figure('first start to ready', 's', 'first', FIRST_START_S),
      figure('later start to ready', 's', 'later', LATER_START_S),
      figure('idle memory of the Node process', 'MB', 'resident', RESIDENT_MB),
    ],
    notes: [`machine idle during the rounds: ${idle.toFixed(0)} %`],
  }
}

/** A first start in an empty directory, which creates the database, and a later one with what is there. */
async function startTwice(run: Run, directory: string): Promise<Sample> {
  await mkdir(directory)
  const first = await serveUntilReady(directory, run.signal)
  await first[Symbol.asyncDispose]()
  await using later = await serveUntilReady(directory, run.signal)
  await sleep(run.options.seconds * 1_000, undefined, { signal: run.signal })
  return { first: first.seconds, later: later.seconds, resident: await residentMegabytes(later.pid) }
}
