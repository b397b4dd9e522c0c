import { limits } from '@codetether/protocol/limits'
import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** A task that was running or waiting to run and that nobody holds any more. */
export interface Claimable {
  tenantId: string
  taskId: string
  principal: string
  agent: string
  attempt: number
  token: string
  /** True if the process that ran it has given it back; false if its lease ran out. */
  released: boolean
  lostLeases: number
}

const claimable = statement(`
  select tenant_id as "tenantId", id as "taskId", principal, agent, attempt, lease_token as token,
    lease_owner is null as released, lost_leases as "lostLeases"
  from tasks where state in ('submitted', 'working') and agent = any ($1::text[]) and lease_until < now()
  order by lease_until limit $2`)

/** Tasks of the given agents whose lease has run out, those that wait longest first. */
export const findClaimable = (tx: SystemWriter, agents: readonly string[], limit: number): Promise<Claimable[]> =>
  tx.query(claimable, [agents, limit])

const renew = statement(`
  update tasks set lease_until = now() + make_interval(secs => $3)
  where lease_owner = $1 and id = any ($2::uuid[]) and state in ('submitted', 'working')`)

/** Prolongs the leases of the tasks that this instance runs. */
export async function renewLeases(tx: SystemWriter, owner: string, taskIds: readonly string[]): Promise<void> {
  await tx.query(renew, [owner, taskIds, limits.leaseMs / 1000])
}

const release = statement(`
  update tasks set lease_until = now() - interval '1 ms', lease_owner = null
  where state in ('submitted', 'working') and lease_owner = $1`)

/** Gives back what this instance still runs, so that the next one goes on at once. */
export async function releaseLeases(tx: SystemWriter, owner: string): Promise<void> {
  await tx.query(release, [owner])
}

const expire = statement(`
  update tasks set lease_until = now() - interval '1 ms'
  where state in ('submitted', 'working') and lease_until >= now() and lease_owner <> $1`)

/** Ends the leases of all other instances at once: their processes are known to be dead. */
export async function expireOtherLeases(tx: SystemWriter, owner: string): Promise<void> {
  await tx.query(expire, [owner])
}

const partitions = statement('select ensure_task_event_partitions($1) as name')

/** Makes the partitions of the event log for the months ahead. @returns the names of the new ones. */
export async function ensurePartitions(tx: SystemWriter, monthsAhead: number): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(partitions, [monthsAhead])
  return rows.map(row => row.name)
}

// The condition stands there twice: a row that is renewed in between is not deleted.
const forget = statement(`
  with forgotten as (
    delete from task_requests
    where created_at < now() - make_interval(secs => $1) and ctid = any (array(
      select ctid from task_requests where created_at < now() - make_interval(secs => $1) limit $2))
    returning 1
  )
  select count(*)::int as forgotten from forgotten`)

/** Forgets message ids that are past their time, at most `limit` of them. @returns how many. */
export async function forgetRequests(tx: SystemWriter, limit: number): Promise<number> {
  const [row] = await tx.query<{ forgotten: number }>(forget, [limits.idempotencyKeyMs / 1000, limit])
  return row?.forgotten ?? 0
}
