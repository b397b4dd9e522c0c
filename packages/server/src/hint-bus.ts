import type { ActivityKey } from './activity.ts'
import type { WorkerKey, WorkerNews, WorkPlace } from './worker-hub.ts'

/** Carries hints between the replicas. What is sent may be lost; nothing is true because a hint says so. */
export interface HintBus {
  /** Tells the others that a task has changed. */
  send(taskId: string): void
  /** Tells the others that tasks wait for somebody to run them. */
  sendWork(): void
  /** Tells the others that tasks wait for a worker. */
  sendPlace(place: WorkPlace): void
  /** Tells the replica on which a worker waits what has become of its task. */
  sendNews(worker: WorkerKey, news: WorkerNews): void
  /** Tells the others that something happened in a codebase. */
  sendActivity(key: ActivityKey): void
}

export interface HintReceiver {
  onTask(taskId: string): void
  onWork(): void
  onPlace(place: WorkPlace): void
  onNews(worker: WorkerKey, news: WorkerNews): void
  onActivity(key: ActivityKey): void
}

const nothing = () => undefined

/** One replica alone has nobody to tell. */
export const noBus: HintBus = {
  send: nothing,
  sendWork: nothing,
  sendPlace: nothing,
  sendNews: nothing,
  sendActivity: nothing,
}

/** PostgreSQL takes less than 8000 bytes in one notification. */
const mostChars = 7_500
/** Without a connection hints are dropped anyway; with a hanging one they must not pile up. */
const mostWaiting = 20_000
const workMark = 'work'

/** Their fields have neither the comma that parts hints nor the stroke that parts fields. */
const placeMark = 'place'
const activityMark = 'activity'
const fieldEnd = '|'

/**
 * Hints as text messages over anything that publishes: LISTEN/NOTIFY, Redis or NATS. The
 * first goes out at once; those that come while it is under way go together in the next one, each once.
 */
export function createHintBus(self: string, publish: (message: string) => Promise<void>): HintBus {
  const waiting = new Set<string>()
  let sending = false
  const nextMessage = (): string => {
    let message = self
    for (const item of waiting) {
      if (message.length + item.length >= mostChars) break
      waiting.delete(item)
      message += `,${item}`
    }
    return message
  }
  const send = async () => {
    sending = true
    while (waiting.size > 0) await publish(nextMessage())
    sending = false
  }
  const add = (item: string) => {
    if (waiting.size < mostWaiting) waiting.add(item)
    if (!sending) void send()
  }
  return {
    send: add,
    sendWork: () => add(workMark),
    sendPlace: ({ tenantId, lane }) => add([placeMark, tenantId, lane].join(fieldEnd)),
    sendNews: ({ tenantId, workerId }, { kind, taskId }) => add([kind, tenantId, workerId, taskId].join(fieldEnd)),
    sendActivity: key => add([activityMark, key].join(fieldEnd)),
  }
}

/** Hands a message of another replica to its receiver. @returns whether it is one. */
export function receiveHints(self: string, message: string, receiver: HintReceiver): boolean {
  const [sender, ...items] = message.split(',')
  if (sender === self) return false
  for (const item of items) receive(item, receiver)
  return true
}

/** A program of another version may send what this one does not know: that is no hint. */
function receive(item: string, { onTask, onWork, onPlace, onNews, onActivity }: HintReceiver): void {
  const [kind, tenantId, subject = '', taskId = ''] = item.split(fieldEnd)
  if (kind === workMark) onWork()
  else if (tenantId === undefined) onTask(item)
  else if (kind === activityMark) onActivity(tenantId)
  else if (kind === placeMark) onPlace({ tenantId, lane: Number(subject) })
  else if (kind === 'task_cancelled' || kind === 'message') onNews({ tenantId, workerId: subject }, { kind, taskId })
}
