/** Carries hints between the replicas. What is sent may be lost; nothing is true because a hint says so. */
export interface HintBus {
  /** Tells the others that a task has changed. */
  send(taskId: string): void
  /** Tells the others that tasks wait for somebody to run them. */
  sendWork(): void
}

export interface HintReceiver {
  onTask(taskId: string): void
  onWork(): void
}

/** One replica alone has nobody to tell. */
export const noBus: HintBus = { send: () => undefined, sendWork: () => undefined }

/** PostgreSQL takes less than 8000 bytes in one notification. */
const idsPerMessage = 200
/** Without a connection hints are dropped anyway; with a hanging one they must not pile up. */
const mostWaiting = 20_000
const workMark = 'work'

/**
 * Hints as text messages over anything that publishes: LISTEN/NOTIFY here, Redis and NATS by the same three lines. The
 * first goes out at once; those that come while it is under way go together in the next one, each task once.
 */
export function createHintBus(self: string, publish: (message: string) => Promise<void>): HintBus {
  const waiting = new Set<string>()
  let sending = false
  const send = async () => {
    sending = true
    while (waiting.size > 0) {
      const items = [...waiting].slice(0, idsPerMessage)
      for (const item of items) waiting.delete(item)
      await publish([self, ...items].join(','))
    }
    sending = false
  }
  const add = (item: string) => {
    if (waiting.size < mostWaiting) waiting.add(item)
    if (!sending) void send()
  }
  return { send: add, sendWork: () => add(workMark) }
}

/** Hands a message of another replica to its receiver. */
export function receiveHints(self: string, message: string, { onTask, onWork }: HintReceiver): void {
  const [sender, ...items] = message.split(',')
  if (sender === self) return
  for (const item of items) {
    if (item === workMark) onWork()
    else onTask(item)
  }
}
