import type { Context } from '../context.ts'
import { findChanged } from '../store/leases.ts'

/** What commits takes this long at most after it has read the clock. */
const marginSeconds = 10

/** A job that looks at all followed tasks at once: whoever follows one that has changed is woken, hint or no hint. */
export function wakeFollowers({ store, hints }: Context): () => Promise<void> {
  let since = performance.now()
  return async () => {
    const followed = hints.followed()
    const now = performance.now()
    if (followed.length > 0) {
      const seconds = (now - since) / 1000 + marginSeconds
      const changed = await store.system(tx => findChanged(tx, followed, seconds))
      for (const taskId of changed) hints.wake(taskId)
    }
    since = now
  }
}
