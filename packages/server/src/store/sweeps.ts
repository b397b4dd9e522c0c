import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** What sweeping has done to tasks of workers. */
export interface Swept {
  /** Their time to wait was over. */
  readied: number
  /** Their workers were not heard of: they were put back, or given up. */
  requeued: number
  givenUp: number
  /** Their deadline had passed. */
  overdue: number
}

const add = statement(`
  insert into sweeps as s (instance_id, readied, requeued, given_up, overdue) values ($1, $2, $3, $4, $5)
  on conflict (instance_id) do update set swept_at = now(), readied = s.readied + excluded.readied,
    requeued = s.requeued + excluded.requeued, given_up = s.given_up + excluded.given_up,
    overdue = s.overdue + excluded.overdue`)

const forget = statement(`delete from sweeps where swept_at < now() - interval '1 hour'`)

/** Says that a process sweeps, and what it has swept since it said so last. What ended processes have said is forgotten after an hour. */
export async function addSweep(tx: SystemWriter, instanceId: string, swept: Swept): Promise<void> {
  const { readied, requeued, givenUp, overdue } = swept
  await tx.query(add, [instanceId, readied, requeued, givenUp, overdue])
  await tx.query(forget, [])
}

/** The sweepers of all processes that were heard of in the last hour, as one. */
export interface SweepFigures extends Swept {
  sweptAt: Date | null
  ageSeconds: number | null
  since: Date | null
  /** Processes that sweep now. */
  sweepers: number
  /** Tasks that should have been put back by now, counted up to a thousand. */
  late: number
}

const read = statement(`
  select max(swept_at) as "sweptAt", extract(epoch from now() - max(swept_at))::float8 as "ageSeconds", min(since) as since,
    (count(*) filter (where swept_at > now() - make_interval(secs => $1)))::int as sweepers,
    coalesce(sum(readied), 0)::float8 as readied, coalesce(sum(requeued), 0)::float8 as requeued,
    coalesce(sum(given_up), 0)::float8 as "givenUp", coalesce(sum(overdue), 0)::float8 as overdue,
    (select count(*)::int from (
      select from tasks where lane is not null and state in ('submitted', 'working') and state = 'working'
        and lease_until < now() - make_interval(secs => $1) limit 1000) l) as late
  from sweeps`)

/** What sweepers have told; one that has told nothing for `aliveSeconds` does not sweep. */
export async function readSweeps(tx: SystemWriter, aliveSeconds: number): Promise<SweepFigures | null> {
  const [row] = await tx.query<SweepFigures>(read, [aliveSeconds])
  return row ?? null
}
