import { isConnectionLost } from '../db/sql-errors.ts'

/** Group commit: items of one tenant that arrive together share a transaction. */
export interface GroupCommit<Item, Result> {
  /** Resolves after COMMIT with the item's own outcome. */
  add(tenantId: string, item: Item): Promise<Result>
}

export interface Grouping<Item, Result> {
  /** Items in one group at most. */
  most: number
  /** And characters, of which one item may have more. */
  mostChars: number
  charsOf(item: Item): number
  /** Stores a group in one transaction: all of it or nothing. @returns the outcomes in the order of the items. */
  commit(tenantId: string, items: readonly Item[]): Promise<readonly Result[]>
}

interface Waiting<Item, Result> {
  item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

interface Queue<Item, Result> {
  waiting: Waiting<Item, Result>[]
  inFlight: number
  /** A flush is due at the end of this turn of the event loop. */
  scheduled: boolean
}

/** With two, the next group is gathered and built while PostgreSQL commits the one before. */
const transactionsAtOnce = 2

export function createGroupCommit<Item, Result>(grouping: Grouping<Item, Result>): GroupCommit<Item, Result> {
  const queues = new Map<string, Queue<Item, Result>>()

  const flush = async (tenantId: string, queue: Queue<Item, Result>): Promise<void> => {
    const group = queue.waiting.splice(0, groupLength(grouping, queue.waiting))
    queue.inFlight++
    await settle(grouping, tenantId, group)
    queue.inFlight--
    if (queue.waiting.length > 0) schedule(tenantId, queue)
    else if (queue.inFlight === 0) queues.delete(tenantId)
  }

  // The end of the turn, not a timer: what was read from the sockets together is stored together, and one item alone
  // goes out at once.
  const schedule = (tenantId: string, queue: Queue<Item, Result>): void => {
    if (queue.scheduled || queue.inFlight >= transactionsAtOnce) return
    queue.scheduled = true
    setImmediate(() => {
      queue.scheduled = false
      void flush(tenantId, queue)
    })
  }

  return {
    add(tenantId, item) {
      const queue = queues.get(tenantId) ?? { waiting: [], inFlight: 0, scheduled: false }
      queues.set(tenantId, queue)
      return new Promise((resolve, reject) => {
        queue.waiting.push({ item, resolve, reject })
        schedule(tenantId, queue)
      })
    },
  }
}

/** How many of those that wait go together: a large one must not make its neighbours wait for a statement of 100 MB. */
function groupLength<Item, Result>(
  { most, mostChars, charsOf }: Grouping<Item, Result>,
  waiting: readonly Waiting<Item, Result>[],
): number {
  let chars = 0
  const end = waiting.findIndex(({ item }, index) => {
    chars += charsOf(item)
    return index === most || (index > 0 && chars > mostChars)
  })
  return end === -1 ? waiting.length : end
}

/** Never rejects: each member of the group has an outcome of its own. */
async function settle<Item, Result>(
  grouping: Grouping<Item, Result>,
  tenantId: string,
  group: readonly Waiting<Item, Result>[],
): Promise<void> {
  try {
    const results = await grouping.commit(
      tenantId,
      group.map(({ item }) => item),
    )
    for (const [index, result] of results.entries()) group[index]?.resolve(result)
  } catch (error) {
    const [only] = group
    if (group.length === 1 && only) only.reject(error)
    else if (isConnectionLost(error)) for (const { reject } of group) reject(error)
    // One bad row, one message id twice in the group, or one row that somebody has locked: the neighbours are not to blame.
    else for (const member of group) await settle(grouping, tenantId, [member])
  }
}
