import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** A task that waited to run, or that was running and that nobody holds any more. It is ours now, for one lease. */
export interface Claimed {
  tenantId: string
  taskId: string
  principal: string
  agent: string
  attempt: number
  token: string
  /** True if the attempt before was lost: its process died or froze. False for a task that was queued or given back. */
  lost: boolean
  lostLeases: number
}

export interface Claim {
  owner: string
  /** Those that this instance hosts. */
  agents: readonly string[]
  leaseSeconds: number
  limit: number
  /** The tokens of what runs here: it goes on, also when its lease has run out in a time without the database. */
  running: readonly string[]
}

// Of a serial agent only the first in line, while none of the same line runs. Losses that lie so far apart that the
// attempts between did much work do not add up. A version before turns writes messages without `inbox_seq`.
const claim = statement(`
  with claimable as (
    select tenant_id, id, lease_owner from tasks t
    where state in ('submitted', 'working') and agent = any ($2::text[]) and lease_until < now()
      and (lease_owner is distinct from $1 or lease_token <> all ($5::uuid[]))
      and (serial_key is null or not exists (
        select from tasks o
        where o.tenant_id = t.tenant_id and o.principal = t.principal and o.agent = t.agent
          and o.serial_key = t.serial_key and o.state in ('submitted', 'working')
          and o.id <> t.id and (o.state = 'working' or (t.state = 'submitted' and o.id < t.id))))
    order by lease_until limit $4 for update skip locked
  )
  update tasks t set lease_owner = $1, lease_token = gen_random_uuid(), lease_until = now() + make_interval(secs => $3),
    lost_leases = case when c.lease_owner is not null and attempt_at < now() - interval '10 minutes' then 0
      else lost_leases end,
    inbox_seq = greatest(inbox_seq, (
      select max(seq) from task_messages m
      where m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq > t.turn_seq and m.message->>'role' = 'user'))
  from claimable c where t.tenant_id = c.tenant_id and t.id = c.id
  returning t.tenant_id as "tenantId", t.id as "taskId", principal, agent, attempt, lease_token as token,
    c.lease_owner is not null as lost, lost_leases as "lostLeases"`)

/** Takes tasks that nobody holds, those that wait longest first. Two that claim at once get different ones. */
export const claimTasks = (
  tx: SystemWriter,
  { owner, agents, leaseSeconds, limit, running }: Claim,
): Promise<Claimed[]> => tx.query(claim, [owner, agents, leaseSeconds, limit, running])

const giveBack = statement(`
  update tasks set lease_owner = null, lease_until = now() - interval '1 ms'
  where lease_owner = $1 and ($2::uuid[] is null or lease_token = any ($2))`)

/** Gives back what this instance still holds, or the leases with these tokens, so that the next one goes on at once. */
export async function giveBackLeases(tx: SystemWriter, owner: string, tokens: readonly string[] | null): Promise<void> {
  await tx.query(giveBack, [owner, tokens])
}

const held = statement(`
  select lease_token as token from tasks
  where lease_owner = $1 and lease_token = any ($2::uuid[]) and state in ('submitted', 'working')`)

/** Which of these leases still hold. */
export async function findHeld(tx: SystemWriter, owner: string, tokens: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ token: string }>(held, [owner, tokens])
  return rows.map(row => row.token)
}

const changed = statement(`
  select id from unnest($1::uuid[], $2::uuid[]) as followed (tenant_id, id) join tasks using (tenant_id, id)
  where updated_at > now() - make_interval(secs => $3)`)

/** Which of these tasks have changed in the last seconds. */
export async function findChanged(
  tx: SystemWriter,
  followed: readonly { tenantId: string; taskId: string }[],
  seconds: number,
): Promise<string[]> {
  const values = [followed.map(f => f.tenantId), followed.map(f => f.taskId), seconds]
  const rows = await tx.query<{ id: string }>(changed, values)
  return rows.map(row => row.id)
}
