import type { Agent } from '@codetether/agents/define-agent'
import type { Activity } from './activity.ts'
import type { CarrierState } from './bus/carrier.ts'
import type { Config } from './config/config.ts'
import type { Cursors } from './cursors.ts'
import type { Hints } from './hints.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Outbound } from './outbound/outbound.ts'
import type { Peers } from './peers/peers.ts'
import type { RunningTasks } from './running.ts'
import type { Sealer } from './sealer.ts'
import type { CardSigner } from './signing/card-signer.ts'
import type { Changes } from './store/changes.ts'
import type { LaneIds } from './store/lane-ids.ts'
import type { Store } from './store/store.ts'
import type { Submissions } from './store/submissions.ts'
import type { Tracer } from './trace/tracer.ts'
import type { Wake } from './wake.ts'
import type { Work } from './work.ts'
import type { WorkerHub } from './worker-hub.ts'

/** Filled in as ports are bound. */
export interface Listening {
  /** The port of HTTP; null until it is open. */
  httpPort: number | null
  /** The port of gRPC; null if there is none. */
  grpcPort: number | null
}

/** What every part of the server is given: built once, in `open-context.ts`, and passed first. */
export interface Context {
  readonly config: Config
  readonly log: Logger
  readonly metrics: Metrics
  readonly tracer: Tracer
  readonly store: Store
  readonly submissions: Submissions
  readonly changes: Changes
  readonly lanes: LaneIds
  readonly hints: Hints
  /** Woken when something happens in a codebase. */
  readonly activity: Activity
  /** What takes hints to other replicas; null where there are none, or no way to them. */
  readonly carrier: CarrierState | null
  /** Woken when a task waits for somebody to run it. */
  readonly work: Work
  /** The workers that wait here for tasks. */
  readonly workers: WorkerHub
  /** Woken when a notification waits to be sent. */
  readonly pushes: Wake
  /** Encrypts what callers entrust to the platform. */
  readonly sealer: Sealer
  /** Seals the places in listings that callers carry. */
  readonly cursors: Cursors
  /** The way to URLs that callers have chosen. */
  readonly outbound: Outbound
  /** The way to agents elsewhere. */
  readonly peers: Peers
  /** Signs the cards, if there are keys. */
  readonly signer: CardSigner
  /** The agents of this process. */
  readonly agents: readonly Agent[]
  /** The one of them that answers what nobody else accepts. */
  readonly fallback: Agent
  readonly running: RunningTasks
  /** How many streams each principal has open. */
  readonly streams: Map<string, number>
  /** Where this process answers. */
  readonly listening: Listening
  /** This process among others on the same database: the owner of its leases. */
  readonly instanceId: string
  /** Aborted when the server begins to stop. */
  readonly stopping: AbortSignal
}
