import { Counter, Histogram } from './instruments.ts'
import { Registry } from './registry.ts'

/**
 * What the parts of a server count as it happens; the rest is read at each scrape (`server-families.ts, task-families.ts and process-families.ts`). Labels have
 * values of closed lists only: no ids, nothing that a caller wrote, no tenant.
 */
export type Metrics = ReturnType<typeof createMetrics>

/** Metrics in a registry of their own. */
export function createMetrics() {
  const registry = new Registry()
  return { registry, ...callerMetrics(registry), ...workMetrics(registry) }
}

/** What callers see of the server. */
const callerMetrics = (registry: Registry) => ({
  httpRequests: registry.add(
    new Counter({
      name: 'codetether_http_requests_total',
      help: 'HTTP requests that have ended, event streams included, by class of status (or aborted: no answer was sent).',
      labels: ['route', 'method', 'status'],
    }),
  ),
  httpSeconds: registry.add(
    new Histogram({
      name: 'codetether_http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer. Event streams are not among them.',
      labels: ['route', 'method', 'status'],
    }),
  ),
  rpcCalls: registry.add(
    new Counter({
      name: 'codetether_rpc_calls_total',
      help: 'Calls of A2A over any binding that have ended, by method in JSON-RPC, version of A2A, and outcome: OK or the code of the error.',
      labels: ['method', 'version', 'code'],
    }),
  ),
  rpcSeconds: registry.add(
    new Histogram({
      name: 'codetether_rpc_call_duration_seconds',
      help: 'Time from the body of a call of A2A to its answer; for a stream, to the end of the stream.',
      labels: ['method', 'version'],
      bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
    }),
  ),
  streamFrames: registry.add(
    new Counter({ name: 'codetether_stream_frames_total', help: 'Frames of tasks written to streams.' }),
  ),
})

/** What the server does for them. */
const workMetrics = (registry: Registry) => ({
  agentRuns: registry.add(
    new Histogram({
      name: 'codetether_agent_run_duration_seconds',
      help: 'Runs of agents in this process, by how they ended: ok, error or aborted.',
      labels: ['agent', 'outcome'],
      bounds: [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600],
    }),
  ),
  pushes: registry.add(
    new Counter({
      name: 'codetether_push_attempts_total',
      help: 'Attempts to deliver a push notification, by outcome: delivered, failed, or gone (the receiver wants no more).',
      labels: ['outcome'],
    }),
  ),
  deadPushes: registry.add(
    new Counter({ name: 'codetether_push_dead_letters_total', help: 'Push notifications that were given up.' }),
  ),
  poolWait: registry.add(
    new Histogram({
      name: 'codetether_database_pool_wait_seconds',
      help: 'Time that a transaction waited for its connection.',
      labels: ['pool'],
      bounds: [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    }),
  ),
  transactions: registry.add(
    new Histogram({
      name: 'codetether_database_transaction_duration_seconds',
      help: 'Time of a transaction to its COMMIT, waiting for a connection and retries included.',
      labels: ['kind', 'outcome'],
    }),
  ),
  groups: registry.add(
    new Counter({
      name: 'codetether_commit_groups_total',
      help: 'Transactions of group commit. Tasks per group are codetether_commit_group_tasks_total divided by this.',
    }),
  ),
  hintMessages: registry.add(
    new Counter({
      name: 'codetether_hint_messages_total',
      help: 'Messages with hints for other replicas: sent, dropped because the bus was away, or received.',
      labels: ['outcome'],
    }),
  ),
  groupTasks: registry.add(
    new Counter({
      name: 'codetether_commit_group_tasks_total',
      help: 'Tasks that were handed to group commit.',
    }),
  ),
})
