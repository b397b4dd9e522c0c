import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../journeys/random.ts'
import type { OwnPostgres } from './own-postgres.ts'
import type { Rig } from './rig.ts'

const faults = ['kill', 'pause', 'crash', 'terminate'] as const
type Fault = (typeof faults)[number]

export interface FaultPlan {
  fault: Fault
  /** The replica that it meets, if it meets one. */
  place: number
  /** Of a pause: in lengths of a lease. */
  leases: number
  /** Of a pause: what happens to the others meanwhile. */
  meanwhile: Fault | null
}

/** So many faults of each kind, in an order that follows from the seed. */
export function planFaults(random: Random, counts: Record<Fault, number>, replicas: number): FaultPlan[] {
  const kinds = faults.flatMap(fault => Array<Fault>(counts[fault]).fill(fault))
  const shuffled = kinds.map(fault => ({ fault, place: random.between(0, 1_000_000) }))
  shuffled.sort((one, other) => one.place - other.place)
  return shuffled.map(({ fault }) => ({
    fault,
    place: random.between(0, replicas),
    leases: random.between(130, 200) / 100,
    meanwhile: ([null, null, 'kill', 'terminate', 'crash'] as const)[random.between(0, 5)] ?? null,
  }))
}

/** What the faults are done to. */
interface Victims {
  rig: Rig
  postgres: OwnPostgres
  replicas: number
  leaseMs: number
}

/** Does faults to replicas and their database. Disposing waits until every replica runs again. */
export class Nemesis implements AsyncDisposable {
  readonly #victims: Victims
  /** The replacements under way, by place. */
  readonly #replacements = new Map<number, Promise<unknown>>()

  constructor(victims: Victims) {
    this.#victims = victims
  }

  /** Does one fault. A replica that was killed is replaced while the next fault begins elsewhere. */
  async inflict({ fault, place, leases, meanwhile }: FaultPlan): Promise<void> {
    const { postgres } = this.#victims
    switch (fault) {
      case 'kill':
        return this.#kill(place)
      case 'crash':
        return postgres.crash()
      case 'terminate':
        await postgres.terminateSessions()
        return
      case 'pause':
        return this.#pause(place, leases, meanwhile)
      default:
        fault satisfies never
    }
  }

  async #kill(place: number): Promise<void> {
    const { rig } = this.#victims
    await this.#replacements.get(place)
    await rig.at(place).kill()
    const replacement = rig.replace(place)
    // Whoever needs the replica learns of its failure; until then nobody may be waiting.
    replacement.catch(() => undefined)
    this.#replacements.set(place, replacement)
  }

  async #pause(place: number, leases: number, meanwhile: Fault | null): Promise<void> {
    const { rig, replicas, leaseMs } = this.#victims
    await this.#replacements.get(place)
    const paused = rig.at(place)
    paused.pause()
    const other = { place: (place + 1) % replicas, leases: 0, meanwhile: null }
    const others = meanwhile && this.inflict({ ...other, fault: meanwhile })
    await Promise.allSettled([delay(leases * leaseMs), others])
    paused.resume()
    await others
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#replacements.values())
  }
}
