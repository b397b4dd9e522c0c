import { tmpdir } from 'node:os'
import { until } from '../journeys/until.ts'
import { databaseUrl, type RpcBody, rpc } from '../platform.ts'
import { Balancer } from './balancer.ts'
import { startGrpcProxy } from './grpc-proxy.ts'
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
  /** Whether they speak gRPC too. */
  grpc?: boolean
  /** Further settings of all of them. */
  env?: Record<string, string>
}

/** A rig's load balancers. */
interface Front {
  balancer: Balancer
  port: number
  /** That of gRPC. Its port is there also where the replicas do not speak it. */
  grpcPort: number
}

/** How often a replica may fail to start because its database does not let it in at the moment. */
const starts = 20

/** Several replicas on one database behind a load balancer. Disposing stops them all. */
export class Rig implements AsyncDisposable {
  /** The load balancer. */
  readonly url: string
  readonly front: Front
  readonly #options: RigOptions
  readonly #running: Replica[]
  readonly #gone: Replica[] = []
  readonly #owned: AsyncDisposableStack

  private constructor(options: RigOptions, front: Front, running: Replica[], owned: AsyncDisposableStack) {
    this.#options = options
    this.url = `http://127.0.0.1:${front.port}`
    this.front = front
    this.#running = running
    this.#owned = owned
  }

  static async start(options: RigOptions): Promise<Rig> {
    await using stack = new AsyncDisposableStack()
    const running: Replica[] = []
    const balancer = new Balancer(running)
    const { port } = stack.use(await startProxy(balancer))
    const { port: grpcPort } = stack.use(await startGrpcProxy(balancer))
    const front = { balancer, port, grpcPort }
    stack.defer(async () => {
      await Promise.all(running.map(replica => replica[Symbol.asyncDispose]()))
    })
    const all = await Promise.allSettled(options.replicas.map(plan => startReplica(optionsOf(options, front, plan))))
    running.push(...all.flatMap(start => (start.status === 'fulfilled' ? [start.value] : [])))
    for (const start of all) if (start.status === 'rejected') throw start.reason
    return new Rig(options, front, running, stack.move())
  }

  /** The replica that has this place now. */
  at(place: number): Replica {
    const replica = this.#running[place]
    if (!replica) throw new Error(`there is no replica ${place}`)
    return replica
  }

  /** Waits for a run that has come to wait. @returns the replica that runs it, and another one. */
  async whoRuns(text: string): Promise<[runs: Replica, other: Replica]> {
    const waits = ({ reports }: Replica) => reports.some(r => r.text === text && r.moment === 'waits')
    const isThere = async () => this.#running.some(waits)
    await until(`a run for "${text}"`, isThere)
    const place = this.#running.findIndex(waits)
    return [this.at(place), this.at((place + 1) % this.#running.length)]
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
        const replica = await startReplica(optionsOf(this.#options, this.front, plan))
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

const optionsOf = (
  { database, leaseSeconds, grpc, env }: RigOptions,
  { grpcPort }: Front,
  plan: ReplicaPlan,
): ReplicaOptions => ({
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
    ...(grpc && { A2A_GRPC_PORT: '0', A2A_GRPC_PUBLIC_ADDRESS: `127.0.0.1:${grpcPort}` }),
    ...(!database.isDurable && { CODETETHER_UNSAFE_DATABASE: 'true' }),
    ...env,
  },
})
