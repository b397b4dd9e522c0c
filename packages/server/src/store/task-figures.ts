import type { TaskFigures } from '../metrics/task-families.ts'
import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

const counts = statement('select agent, state, sum(n)::float8 as n from task_counts group by agent, state')

/** How many tasks each agent has in each state, of all tenants. */
const countsByAgentAndState = (tx: SystemWriter): Promise<TaskFigures['counts'][number][]> => tx.query(counts, [])

const headBehind = (condition: string) => `
  select t.lane, t.status_at from tasks t
  where ${condition} and t.state = 'submitted' and t.lease_until is null
  order by t.lane, t.priority desc, t.id limit 1`

// The states as the partial index on unfinished tasks has them. Of what is ready for workers, which may be a million rows, only the
// head of each lane is looked at.
const waiting = statement(`
  with recursive head as (
    (${headBehind('t.lane is not null')})
    union all
    select n.* from head h cross join lateral (${headBehind('t.lane > h.lane')}) n
  ), timed as (
    select state, case when state = 'submitted' then status_at else lease_until end as since from tasks
    where state in ('submitted', 'working') and lease_until is not null
      and (state = 'submitted' or lease_owner is null or lease_until < now())
  )
  select (select count(*) from timed where state = 'working')::float8 as stopped,
    coalesce(greatest(extract(epoch from now() - least(
      (select min(since) from timed), (select min(status_at) from head))), 0), 0)::float8 as "oldestSeconds"`)

/** What waits to run: nobody has begun it, or whoever ran it has given it back or is gone; and how much there is of each agent in each state. */
export async function readTaskFigures(tx: SystemWriter): Promise<TaskFigures> {
  const [byAgent, [found]] = await Promise.all([
    countsByAgentAndState(tx),
    tx.query<{ stopped: number; oldestSeconds: number }>(waiting, []),
  ])
  const { stopped, oldestSeconds } = found ?? { stopped: 0, oldestSeconds: 0 }
  const submitted = byAgent.filter(({ state }) => state === 'submitted').reduce((sum, { n }) => sum + n, 0)
  return { counts: byAgent, queue: { length: submitted + stopped, oldestSeconds } }
}
