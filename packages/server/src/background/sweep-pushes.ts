import type { Context } from '../context.ts'
import { sweepPushes } from '../store/push-orphans.ts'

const firstId = '00000000-0000-0000-0000-000000000000'

/**
 * Deletes push configurations whose task is gone, and dead letters whose configuration is: programs that know nothing of
 * them delete tasks too, and a configuration can be made for a task while that is deleted. @returns how many rows.
 */
export async function sweepPushOrphans(
  { store, stopping }: Pick<Context, 'store' | 'stopping'>,
  portion = 1_000,
): Promise<number> {
  let swept = 0
  for (const what of ['configs', 'letters'] as const)
    for (let after = { tenantId: firstId, taskId: firstId }; !stopping.aborted; ) {
      const found = await store.system(tx => sweepPushes(tx, what, after, portion))
      if (!found) break
      swept += found.swept
      after = found
    }
  return swept
}
