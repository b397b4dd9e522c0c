import type { Context } from '../context.ts'
import { findGrown } from '../store/leases.ts'

/** Looks at all followed tasks at once: whoever follows one that has grown unheard is woken, hint or no hint. */
export async function wakeFollowers({ store, hints }: Context): Promise<void> {
  const followed = hints.followed()
  if (followed.length === 0) return
  const grown = await store.system(tx => findGrown(tx, followed))
  for (const { taskId, lastSeq } of grown) hints.wake(taskId, lastSeq)
}
