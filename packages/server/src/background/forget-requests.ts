import type { Context } from '../context.ts'
import { forgetRequests } from '../store/upkeep.ts'

/** In portions: one statement for a day of many messages would run into the statement timeout, each time anew. */
export async function forgetOldRequests(
  { store, log, stopping }: Pick<Context, 'store' | 'log' | 'stopping'>,
  portion = 10_000,
): Promise<void> {
  let forgotten = 0
  for (let last = portion; last === portion && !stopping.aborted; forgotten += last)
    last = await store.system(tx => forgetRequests(tx, portion))
  if (forgotten > 0) log.info({ forgotten }, 'message ids past their time are forgotten')
}
