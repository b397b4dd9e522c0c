import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** A process that serves from this database. */
export interface Instance {
  id: string
  host: string
  pid: number
  /** The names of the agents that it hosts. */
  agents: readonly string[]
}

const enter = statement(`
  insert into instances (id, host, pid, agents) values ($1, $2, $3, $4)
  on conflict (id) do update set agents = excluded.agents`)

/** Says that an instance lives. It holds its advisory lock by now: see `db/session.ts`. */
export async function enterInstance(tx: SystemWriter, { id, host, pid, agents }: Instance): Promise<void> {
  await tx.query(enter, [id, host, pid, agents])
}

// The lock of a living instance cannot be had. After a restart of the database everybody gets time to come back.
const bury = statement(`
  with dead as (
    delete from instances
    where id <> $1 and pg_postmaster_start_time() < now() - make_interval(secs => $2)
      and pg_try_advisory_xact_lock(hashtextextended(id::text, 0))
    returning id
  ), freed as (
    update tasks set lease_until = now() - interval '1 ms'
    where lease_owner in (select id from dead) and state in ('submitted', 'working')
    returning 1
  ), pushes as (
    update push_configs set lease_owner = null, lease_token = null, next_at = now()
    where lease_owner in (select id from dead)
  )
  select id, (select count(*)::int from freed) as freed from dead`)

/** Ends the leases of instances that are dead. @returns their ids, each with the number of leases of all of them. */
export const buryInstances = (
  tx: SystemWriter,
  self: string,
  graceSeconds: number,
): Promise<{ id: string; freed: number }[]> => tx.query(bury, [self, graceSeconds])

const leave = statement('delete from instances where id = $1')

export async function leaveInstance(tx: SystemWriter, id: string): Promise<void> {
  await tx.query(leave, [id])
}

const expire = statement(`
  with gone as (delete from instances where id <> $1), pushes as (
    update push_configs set lease_owner = null, lease_token = null, next_at = now() where lease_owner <> $1
  )
  update tasks set lease_until = now() - interval '1 ms'
  where state in ('submitted', 'working') and lease_owner <> $1 and lane is null`)

/** Ends the leases of all other instances at once: their processes are known to be dead. */
export async function expireOtherLeases(tx: SystemWriter, self: string): Promise<void> {
  await tx.query(expire, [self])
}
