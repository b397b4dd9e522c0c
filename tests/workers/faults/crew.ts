import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@codetether/testing/wait-until'
import type { Random } from '../../journeys/random.ts'
import type { Program } from '../../journeys/server-process.ts'
import { launchRunner } from '../runner.ts'

export interface CrewOptions {
  url: string
  /** Keeps the directories of all workers. */
  directory: string
  /** The arguments of each worker. */
  places: readonly (readonly string[])[]
}

export interface CrewFault {
  fault: 'kill' | 'pause'
  place: number
  /** Of a pause: milliseconds. */
  ms: number
  /** Of a kill: the same worker is started again, with its directory; else another one takes its place. */
  comesBack: boolean
}

/** So many faults of each kind. Pauses last 1.3 to 2 leases. */
export function planCrewFaults(
  random: Random,
  counts: Record<CrewFault['fault'], number>,
  { places, leaseMs }: { places: number; leaseMs: number },
): CrewFault[] {
  const kinds = (['kill', 'pause'] as const).flatMap(fault => Array<CrewFault['fault']>(counts[fault]).fill(fault))
  return kinds.map(fault => ({
    fault,
    place: random.between(0, places),
    ms: (random.between(130, 200) / 100) * leaseMs,
    comesBack: random.between(0, 2) === 0,
  }))
}

/** Workers as processes of their own, each in its place. Disposing stops them. */
export class Crew implements AsyncDisposable {
  readonly #options: CrewOptions
  readonly #programs: Program[]
  readonly #directories: number[]

  private constructor(options: CrewOptions) {
    this.#options = options
    this.#directories = options.places.map(() => 0)
    this.#programs = options.places.map((_, place) => this.#launch(place))
  }

  static async start(options: CrewOptions): Promise<Crew> {
    const crew = new Crew(options)
    for (const program of crew.#programs)
      await waitUntil('a worker is connected', () => program.output().includes('"connected"'), 30_000)
    return crew
  }

  #launch(place: number): Program {
    const { url, directory, places } = this.#options
    const dataDir = `${directory}/${place}.${this.#directories[place]}`
    return launchRunner(places[place] ?? [], { url, dataDir })
  }

  #at(place: number): Program {
    const program = this.#programs[place]
    if (!program) throw new Error(`there is no worker ${place}`)
    return program
  }

  async inflict({ fault, place, ms, comesBack }: CrewFault): Promise<void> {
    const program = this.#at(place)
    if (fault === 'pause') {
      program.child.kill('SIGSTOP')
      await delay(ms)
      program.child.kill('SIGCONT')
      return
    }
    await program.end('SIGKILL')
    if (!comesBack) this.#directories[place] = (this.#directories[place] ?? 0) + 1
    this.#programs[place] = this.#launch(place)
  }

  /** What workers have said that have ended by themselves. */
  ended(): string[] {
    return this.#programs.filter(({ child }) => child.exitCode !== null).map(program => program.output())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#programs.map(program => {
        program.child.kill('SIGCONT')
        return program[Symbol.asyncDispose]()
      }),
    )
  }
}
