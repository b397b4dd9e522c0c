import { tmpdir } from 'node:os'
import { databaseUrl, type RpcBody, rpc } from '../platform.ts'
import type { SharedDatabase } from './own-postgres.ts'
import { startProxy } from './proxy.ts'
import { type Replica, type ReplicaOptions, startReplica } from './replica-process.ts'
import type { Report } from './reports.ts'

/** What is special about one replica. */
export type ReplicaPlan = Pick<ReplicaOptions, 'agents' | 'program' | 'imports'>

export interface RigOptions {
  database: SharedDatabase
  replicas: readonly ReplicaPlan[]
  leaseSeconds: number
}

/** How often a replica may fail to start because its database does not let it in at the moment. */
const starts = 20

/** Several replicas on one database behind a load balancer. Disposing stops them all. */
export class Rig implements AsyncDisposable {
  /** The load balancer. */
  readonly url: string
  readonly #options: RigOptions
  readonly #running: Replica[]
  readonly #gone: Replica[] = []
  readonly #owned: AsyncDisposableStack

  private constructor(options: RigOptions, url: string, running: Replica[], owned: AsyncDisposableStack) {
    this.#options = options
    this.url = url
    this.#running = running
    this.#owned = owned
  }

  static async start(options: RigOptions): Promise<Rig> {
    await using stack = new AsyncDisposableStack()
    const running: Replica[] = []
    const { url } = stack.use(await startProxy(() => running.map(replica => replica.url)))
    stack.defer(async () => {
      await Promise.all(running.map(replica => replica[Symbol.asyncDispose]()))
    })
    const all = await Promise.allSettled(options.replicas.map(plan => startReplica(optionsOf(options, plan))))
    running.push(...all.flatMap(start => (start.status === 'fulfilled' ? [start.value] : [])))
    for (const start of all) if (start.status === 'rejected') throw start.reason
    return new Rig(options, url, running, stack.move())
  }

  /** The replica that has this place now. */
  at(place: number): Replica {
    const replica = this.#running[place]
    if (!replica) throw new Error(`there is no replica ${place}`)
    return replica
  }

  /** What agents have told, in all replicas that ever ran. */
  reports(): Report[] {
    return [...this.#gone, ...this.#running].flatMap(replica => replica.reports)
  }

  /** Starts another replica in the place of one that is gone, like it unless another plan is given. */
  async replace(place: number, plan: ReplicaPlan | undefined = this.#options.replicas[place]): Promise<Replica> {
    if (!plan) throw new Error(`there is no place ${place}`)
    for (let start = 1; ; start++) {
      try {
        const replica = await startReplica(optionsOf(this.#options, plan))
        this.#gone.push(...this.#running.splice(place, 1, replica))
        return replica
      } catch (error) {
        if (start === starts) throw error
      }
    }
  }

  /** One call through the load balancer. */
  rpc(method: string, params: unknown): Promise<RpcBody> {
    return rpc(this.url, { method, params })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync()
  }
}

const optionsOf = ({ database, leaseSeconds }: RigOptions, plan: ReplicaPlan): ReplicaOptions => ({
  ...plan,
  // Everything comes from the environment: nothing is read from a directory and nothing written.
  cwd: tmpdir(),
  env: {
    A2A_PORT: '0',
    A2A_LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl(database),
    CODETETHER_SECRET_KEY: database.secret,
    CODETETHER_LEASE_SECONDS: String(leaseSeconds),
    // No directory: replicas must not describe themselves in one.
    CODETETHER_DATA_DIR: '/dev/null',
    ...(!database.isDurable && { CODETETHER_UNSAFE_DATABASE: 'true' }),
  },
})
