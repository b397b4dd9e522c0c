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
  /** How many may be taken. */
  room: number
  /** The tokens of what runs here: it goes on, also when its lease has run out in a time without the database. */
  running: readonly string[]
}

/** What one claim looks at: those that are behind another one in their line are put off, so that nobody sees them again. */
const lookAt = 200
/** `promoteNext` brings the next of a line to its turn; this is what is left when whoever should call it dies. */
export const putOffSeconds = 30

// Of a serial agent's tasks only the first in line may be taken, while none of the same line runs; one that ran and was
// lost is behind nobody. Losses that lie so far apart that the attempts between did much work do not add up. A version
// before turns writes messages without `inbox_seq`, and gets no lease of a task in which one waits: it does not set
// `attempt_at` (see the trigger `keep_turns`).
const claim = statement(`
  with due as (
    select tenant_id, id, lease_owner, lease_until, state, principal, agent, serial_key from tasks t
    where state in ('submitted', 'working') and agent = any ($2::text[]) and lane is null and lease_until < now()
      and (lease_owner is distinct from $1 or lease_token <> all ($5::uuid[]))
    order by lease_until limit ${lookAt} for update skip locked
  ), judged as (
    select d.*, d.serial_key is not null and exists (
      select from tasks o
      where o.tenant_id = d.tenant_id and o.principal = d.principal and o.agent = d.agent
        and o.serial_key = d.serial_key and o.state in ('submitted', 'working')
        and o.id <> d.id and (o.state = 'working' or (d.state = 'submitted' and o.id < d.id))) as behind
    from due d
  ), placed as (
    select *, row_number() over (partition by behind order by lease_until) as place from judged
  )
  update tasks t set
    lease_owner = case when behind then t.lease_owner else $1 end,
    lease_token = case when behind then t.lease_token else gen_random_uuid() end,
    lease_until = now() + make_interval(secs => case when behind then ${putOffSeconds} * (1 + random()) else $3 end),
    attempt_at = case when behind then attempt_at else now() end,
    lost_leases = case when c.lease_owner is not null and attempt_at < now() - interval '10 minutes' then 0
      else lost_leases end,
    inbox_seq = case when behind then inbox_seq else greatest(inbox_seq, (
      select max(seq) from task_messages m
      where m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq > t.turn_seq and m.message->>'role' = 'user')) end
  from placed c where t.tenant_id = c.tenant_id and t.id = c.id and (behind or place <= $4)
  returning t.tenant_id as "tenantId", t.id as "taskId", t.principal, t.agent, attempt, lease_token as token,
    c.lease_owner is not null as lost, lost_leases as "lostLeases", behind`)

/**
 * Takes tasks that nobody holds, those that wait longest first. Two that claim at once get different ones.
 * @returns what was taken, and whether there may be more.
 */
export async function claimTasks(
  tx: SystemWriter,
  { owner, agents, leaseSeconds, room, running }: Claim,
): Promise<{ claimed: Claimed[]; more: boolean }> {
  const rows = await tx.query<Claimed & { behind: boolean }>(claim, [owner, agents, leaseSeconds, room, running])
  const claimed = rows.filter(row => !row.behind)
  return { claimed, more: claimed.length >= room || rows.length >= lookAt }
}

const promote = statement(`
  update tasks set lease_until = case when lane is null then now() - interval '1 ms' end
  where lease_owner is null and state = 'submitted' and (tenant_id, id) = (
    select n.tenant_id, n.id
    from tasks t join tasks n on n.tenant_id = t.tenant_id and n.principal = t.principal and n.agent = t.agent
      and n.serial_key = t.serial_key and n.state in ('submitted', 'working') and n.id <> t.id
    where t.tenant_id = $1 and t.id = $2
    order by n.id limit 1)
  returning lane::float8 as lane`)

/**
 * Lets the next task of a line be claimed, now that this one is out of it or has asked something.
 * @returns where it waits for a worker, if it does; null if there is no next one.
 */
export async function promoteNext(
  tx: SystemWriter,
  tenantId: string,
  taskId: string,
): Promise<{ lane: number | null } | null> {
  const [row] = await tx.query<{ lane: number | null }>(promote, [tenantId, taskId])
  return row ?? null
}

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

const grown = statement(`
  select id as "taskId", last_seq::float8 as "lastSeq"
  from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as followed (tenant_id, id, seq) join tasks using (tenant_id, id)
  where last_seq > seq`)

/** Which of these logs have grown beyond what their readers here were told of. */
export const findGrown = (
  tx: SystemWriter,
  followed: readonly { tenantId: string; taskId: string; lastSeq: number }[],
): Promise<{ taskId: string; lastSeq: number }[]> =>
  tx.query(grown, [followed.map(f => f.tenantId), followed.map(f => f.taskId), followed.map(f => f.lastSeq)])
