import { limits } from '@codetether/protocol/limits'
import type { Activity } from './activity.ts'
import type { CarrierState } from './bus/carrier.ts'
import { createRenewal } from './db/renewal.ts'
import type { HintBus } from './hint-bus.ts'
import type { Hints } from './hints.ts'
import { alone, type InstanceOptions, joinOthers } from './join-others.ts'
import { createLeaseSlots } from './lease-slots.ts'
import { createRunningTasks, type RunningTasks } from './running.ts'
import { expireOtherLeases } from './store/instances.ts'
import { findTakers } from './store/lanes.ts'
import { giveBackLeases } from './store/leases.ts'
import { hasWorkers } from './store/workers.ts'
import { Wake } from './wake.ts'
import type { Work } from './work.ts'
import { createWorkerHub, type WorkerHub } from './worker-hub.ts'

/** What a process is among others on its database: what it runs, and how it and the others wake each other. */
export interface OpenInstance extends AsyncDisposable {
  hints: Hints
  activity: Activity
  /** What takes hints to the others; null where there are none, or no way to them. */
  carrier: CarrierState | null
  work: Work
  running: RunningTasks
  workers: WorkerHub
}

/** Submissions that were let in together may start a few more than are meant to run. */
const spareSlots = 1_000
const tickMs = 1_000

/** Opens the instance. Disposing it comes after that of `running`, which is the caller's. */
export async function openInstance(options: InstanceOptions): Promise<OpenInstance> {
  await using stack = new AsyncDisposableStack()
  const { database, store, instanceId } = options
  const woken = new Wake()
  const running = runTasks(stack, options, woken)
  // On a database of one's own there is nobody else, and what still holds a lease is a process that is dead.
  if (database.isOwn) await store.system(tx => expireOtherLeases(tx, instanceId))
  const workers = openHub(options, () => others.bus)
  const others = database.isOwn ? alone() : await joinOthers(stack, options, { woken, running, workers })
  stack.defer(async () => {
    // Without a database they run out by themselves.
    await store
      .system(tx => giveBackLeases(tx, instanceId, null))
      .catch((error: unknown) => options.log.warn({ err: error }, 'leases could not be given back'))
  })
  const owned = stack.move()
  return {
    ...others,
    work: {
      wake() {
        woken.wake()
        // The others may have room, or host what this process does not.
        others.bus.sendWork()
      },
      wakeHere: () => woken.wake(),
      next: (pollMs, signal) => woken.next(pollMs, signal),
    },
    running,
    workers,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What this process runs, with the leases of it: a thread renews them. What waits is woken when there is room again. */
function runTasks(
  stack: AsyncDisposableStack,
  { config, database, instanceId, log }: InstanceOptions,
  woken: Wake,
): RunningTasks {
  const slots = createLeaseSlots(config.maxRunningTasks + spareSlots)
  const ticking = setInterval(() => slots.tick(), tickMs)
  stack.defer(() => clearInterval(ticking))
  const renewal = stack.use(
    createRenewal({
      address: database.system,
      instanceId,
      leaseMs: config.leaseMs,
      blockedMs: limits.blockedMs,
      slots: slots.buffer,
      onLost: tokens => running.abortTokens(tokens, new Error('the lease was lost, or the task has ended')),
      onError: error => log.error({ err: error }, 'the thread that renews leases has failed'),
    }),
  )
  let isFull = false
  const running = createRunningTasks({
    slots,
    most: config.maxRunningTasks,
    onStart: () => {
      renewal.begin()
      isFull ||= running.room() === 0
    },
    onEnd: () => {
      // Only what was full may have let something wait.
      if (isFull) woken.wake()
      isFull = running.room() === 0
    },
  })
  return running
}

const openHub = ({ store, log }: InstanceOptions, bus: () => HintBus): WorkerHub =>
  createWorkerHub({
    takersOf: ({ tenantId, lane }) => store.read(tenantId, tx => findTakers(tx, tenantId, lane)),
    hasWorkers: (tenantId, principal) => store.read(tenantId, tx => hasWorkers(tx, tenantId, principal)),
    sendPlace: place => bus().sendPlace(place),
    sendNews: (worker, news) => bus().sendNews(worker, news),
    onError: error => log.warn({ err: error }, 'workers could not be woken'),
  })
