import { hostname } from 'node:os'
import { type Activity, createActivity } from './activity.ts'
import type { Carrier, CarrierState } from './bus/carrier.ts'
import { openBus } from './bus/open-bus.ts'
import type { Config } from './config/config.ts'
import type { DatabaseAddress } from './db/address.ts'
import type { Database } from './db/database.ts'
import { deriveKey } from './db/secret.ts'
import { openSession } from './db/session.ts'
import { createHintBus, type HintBus, type HintReceiver, noBus, receiveHints } from './hint-bus.ts'
import { createHints, type Hints } from './hints.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics/metrics.ts'
import { abortLost } from './operations/abort-lost.ts'
import type { RunningTasks } from './running.ts'
import { readDatabaseName } from './store/database-name.ts'
import { enterInstance, leaveInstance } from './store/instances.ts'
import type { Store } from './store/store.ts'
import type { Wake } from './wake.ts'
import type { WorkerHub } from './worker-hub.ts'

export interface InstanceOptions {
  config: Config
  log: Logger
  metrics: Metrics
  store: Store
  database: Database
  instanceId: string
  /** The names of those that this process hosts. */
  agents: readonly string[]
}

/** What hints from the others wake. */
export interface Woken {
  woken: Wake
  running: RunningTasks
  workers: WorkerHub
}

/** The way to the others. */
export interface Others {
  hints: Hints
  activity: Activity
  bus: HintBus
  /** Null: there are none, or no way to them. */
  carrier: CarrierState | null
}

/** Takes what comes in from the others. */
interface Reception {
  onMessage(message: string): void
  /** There is a way to them, for the first time or again. */
  onOpen(): void
}

const channel = 'codetether_hints'

export const alone = (): Others => ({
  hints: createHints(),
  activity: createActivity(),
  bus: noBus,
  carrier: null,
})

/** Says that this instance lives, and exchanges hints with the others. */
export async function joinOthers(stack: AsyncDisposableStack, options: InstanceOptions, to: Woken): Promise<Others> {
  const { instanceId, metrics } = options
  let carrier: Carrier | null = null
  const bus = createHintBus(instanceId, async message => {
    const isOut = (await carrier?.publish(message)) ?? false
    metrics.hintMessages.add({ outcome: isOut ? 'sent' : 'dropped' })
  })
  const hints = createHints(taskId => bus.send(taskId))
  const activity = createActivity(key => bus.sendActivity(key))
  const receiver = receiverOf(options, { hints, activity }, to)
  carrier = await openCarrier(stack, options, {
    onMessage(message) {
      if (receiveHints(instanceId, message, receiver)) metrics.hintMessages.add({ outcome: 'received' })
    },
    onOpen() {
      hints.wakeAll()
      activity.wakeAll()
      to.woken.wake()
    },
  })
  return carrier ? { hints, activity, bus, carrier } : alone()
}

function receiverOf(
  { store, instanceId }: InstanceOptions,
  { hints, activity }: Pick<Others, 'hints' | 'activity'>,
  { woken, running, workers }: Woken,
): HintReceiver {
  return {
    onTask(taskId) {
      hints.wake(taskId)
      const tokens = running.tokensOf(taskId)
      // Somebody else has changed a task that runs here: perhaps it was canceled.
      if (tokens.length > 0) void abortLost({ store, running, instanceId }, tokens).catch(() => undefined)
    },
    onWork: () => woken.wake(),
    onPlace: place => workers.wakeHere(place),
    onNews: (worker, news) => workers.tellHere(worker, news),
    onActivity: key => activity.wakeHere(key),
  }
}

/** The session shows that this instance lives, whatever carries the hints. */
async function openCarrier(
  stack: AsyncDisposableStack,
  options: InstanceOptions,
  reception: Reception,
): Promise<Carrier | null> {
  const { config, log, store, database } = options
  const session = database.direct && (await openOwnSession(stack, { ...options, address: database.direct }, reception))
  if (config.bus) {
    const name = await store.system(readDatabaseName)
    const keyOf = (purpose: string) => deriveKey(database.secret, `${purpose} of ${name}`)
    return stack.use(await openBus({ config: config.bus, deriveKey: keyOf, log, ...reception }))
  }
  if (!session) log.warn('no hints through a pooler: replicas look for news every two seconds. Set DATABASE_DIRECT_URL')
  return session
}

async function openOwnSession(
  stack: AsyncDisposableStack,
  { config, log, store, address, instanceId, agents }: InstanceOptions & { address: DatabaseAddress },
  { onMessage, onOpen }: Reception,
): Promise<Carrier> {
  const session = stack.use(
    await openSession({
      address,
      instanceId,
      channel,
      log,
      onNotification: config.bus ? null : onMessage,
      async onOpen() {
        await store.system(tx => enterInstance(tx, { id: instanceId, host: hostname(), pid: process.pid, agents }))
        onOpen()
      },
    }),
  )
  stack.defer(async () => {
    await store.system(tx => leaveInstance(tx, instanceId)).catch(() => undefined)
  })
  return { kind: 'postgresql', isUp: session.isUp, publish: session.notify }
}
