import type { Context } from '../context.ts'
import { buryInstances } from '../store/instances.ts'

/** After a restart of the database instances need a moment to come back. */
const graceSeconds = 10

/** Frees what dead instances hold: their tasks go on long before their leases run out. */
export async function buryDead({ store, log, instanceId, work }: Context): Promise<void> {
  const dead = await store.system(tx => buryInstances(tx, instanceId, graceSeconds))
  for (const { id, freed } of dead) log.warn({ instance: id, freed }, 'an instance is dead, its tasks go on')
  if (dead.length > 0) work.wake()
}
