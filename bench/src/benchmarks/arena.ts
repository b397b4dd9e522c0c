import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Run } from '../benchmark.ts'
import { type Instance, openInstance } from '../instance.ts'
import { type Contestant, startContestant } from '../peers/contestant.ts'
import type { PeerSettings } from '../peers/peer.ts'
import { migrateOurs, migrateSdk } from '../peers/schemas.ts'
import {
  createDatabase,
  dropDatabase,
  inDatabase,
  requireDurability,
  requireForcedRowSecurity,
  requirePlainRoles,
} from '../postgres.ts'
import { treeCpuMs } from '../system/cpu.ts'

const SECRET_BYTES = 32

/** A module of `peers/`. */
export type Peer = 'ours' | 'sdk-memory' | 'sdk-postgres'

interface Entrant {
  readonly name: string
  readonly peer: Peer
  readonly database: string | null
  readonly agent: PeerSettings['agent']
  readonly tokens?: string
  readonly allDoors?: boolean
}

/** CPU time so far, in milliseconds. */
export interface CpuTimes {
  readonly server: number
  readonly database: number
}

/** Where contestants of a run meet: one durable PostgreSQL, a database for each that keeps something. */
export class Arena {
  readonly instance: Instance
  readonly #run: Run
  readonly #stack: AsyncDisposableStack
  /** The master secret of this run. */
  readonly secret = randomBytes(SECRET_BYTES).toString('base64url')
  readonly #suffix = randomBytes(4).toString('hex')
  readonly #roles = new Set<string>()

  private constructor(run: Run, stack: AsyncDisposableStack, instance: Instance) {
    this.#run = run
    this.#stack = stack
    this.instance = instance
  }

  /** Everything that is opened for it ends with the stack. */
  static async open(run: Run, stack: AsyncDisposableStack): Promise<Arena> {
    const instance = await openInstance(run, stack)
    await requireDurability(instance.address)
    return new Arena(run, stack, instance)
  }

  /** A new database with the production schema of ours or the SDK's, made by its own tool and dropped at the end. */
  async database(schema: 'ours' | 'sdk', purpose: string = schema): Promise<string> {
    if (schema === 'sdk') {
      const address = await this.emptyDatabase(purpose)
      await migrateSdk(address, this.#run.signal)
      return address
    }
    const { name, address } = this.#reserve(purpose)
    await migrateOurs(this.instance.address, name, this.secret)
    await requireForcedRowSecurity(address)
    return address
  }

  /** A new database with nothing in it, dropped at the end. */
  async emptyDatabase(purpose: string): Promise<string> {
    const { name, address } = this.#reserve(purpose)
    await createDatabase(this.instance.address, name)
    return address
  }

  #reserve(purpose: string) {
    const admin = this.instance.address
    const name = `bench_${purpose}_${this.#suffix}`
    this.#stack.defer(() => dropDatabase(admin, name))
    return { name, address: inDatabase(admin, name) }
  }

  /** Starts a server in a process of its own, which ends with the given scope. */
  async start(
    { name, peer, database, agent, tokens = '', allDoors = false }: Entrant,
    scope = this.#stack,
  ): Promise<Contestant> {
    const directory = join(this.#run.directory, name.replaceAll(' ', '-'))
    const settings = { database, directory, secret: this.secret, agent, tokens, allDoors }
    const module = new URL(`../peers/${peer}.ts`, import.meta.url)
    return scope.use(await startContestant(name, module, settings, this.#run.signal))
  }

  /** Refuses a server of ours that is connected with more rights than it needs, once it has done some work. */
  async checkRoles(database: string): Promise<void> {
    for (const role of await requirePlainRoles(database)) this.#roles.add(role)
  }

  /** The CPU time of a contestant's process and of PostgreSQL. */
  async cpu(contestant: Contestant): Promise<CpuTimes> {
    const [server, database] = await Promise.all([contestant.cpuMs(), treeCpuMs(this.instance.postmaster)])
    return { server, database }
  }

  /** What PostgreSQL was asked to keep to. */
  note(): string {
    const roles = [...this.#roles].toSorted().join(', ')
    return `PostgreSQL: fsync, synchronous_commit and full_page_writes on; row security forced, connected as ${roles}`
  }
}
