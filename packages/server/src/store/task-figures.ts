import type { TaskFigures } from '../metrics/task-families.ts'
import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

const counts = statement('select agent, state, sum(n)::float8 as n from task_counts group by agent, state')

/** How many tasks each agent has in each state, of all tenants. */
const countsByAgentAndState = (tx: SystemWriter): Promise<TaskFigures['counts'][number][]> => tx.query(counts, [])

// The states as the partial index on unfinished tasks has them.
const queue = statement(`
  select count(*)::float8 as length,
    coalesce(greatest(extract(epoch from now() - min(case when state = 'submitted' then status_at else lease_until end)), 0), 0)::float8
      as "oldestSeconds"
  from tasks
  where state in ('submitted', 'working') and (state = 'submitted' or lease_owner is null or lease_until < now())`)

/** The tasks that wait to run: nobody has begun them, or whoever ran them has given them back or is gone. */
async function oldestWaiting(tx: SystemWriter): Promise<TaskFigures['queue']> {
  const [row] = await tx.query<TaskFigures['queue']>(queue, [])
  return row ?? { length: 0, oldestSeconds: 0 }
}

/** Both in one transaction. */
export async function readTaskFigures(tx: SystemWriter): Promise<TaskFigures> {
  const [byAgent, waiting] = await Promise.all([countsByAgentAndState(tx), oldestWaiting(tx)])
  return { counts: byAgent, queue: waiting }
}
