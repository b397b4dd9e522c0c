import type { NewPushConfig } from './push-configs.ts'
import { plannedPerCall, statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** Where notifications go, with what it takes to send them. */
export interface PushTarget extends NewPushConfig {
  tenantId: string
}

/** A configuration that this instance has taken: nobody else sends for it until the lease is over. */
export interface ClaimedPush extends PushTarget {
  token: string
  /** Set when dead letters shall be sent once more. */
  retryToken: string | null
  /** Everything up to here is delivered or given up. */
  sentSeq: number
  pendingSeq: number
  failures: number
  /** The receiver wants nothing new. */
  isDisabled: boolean
}

/** Whose notifications count together when senders are shared out. */
export interface PushHolder {
  tenantId: string
  principal: string
}

// The walk goes from one holder to the next in the index, however much each of them has waiting.
const waiting = plannedPerCall(`
  with recursive holders as (
    (select tenant_id, principal from push_configs where next_at is not null order by tenant_id, principal limit 1)
    union all
    select n.tenant_id, n.principal from holders h, lateral (
      select tenant_id, principal from push_configs
      where next_at is not null and (tenant_id, principal) > (h.tenant_id, h.principal)
      order by tenant_id, principal limit 1) n
  )
  select h.tenant_id as "tenantId", h.principal from holders h, lateral (
    select next_at from push_configs
    where tenant_id = h.tenant_id and principal = h.principal and next_at <= now() order by next_at limit 1) due
  order by due.next_at`)

/** Who has something to send, those first whose first notification waits longest. */
export const findWaitingHolders = (tx: SystemWriter): Promise<PushHolder[]> => tx.query(waiting, [])

// Planned for each call: only a plan that knows the limit reads just so many rows of the index.
const claim = plannedPerCall(`
  with due as materialized (
    select tenant_id, task_id, id from push_configs
    where tenant_id = $3 and principal = $4 and next_at <= now() order by next_at limit $5 for update skip locked
  )
  update push_configs c set lease_owner = $1, lease_token = gen_random_uuid(),
    next_at = now() + make_interval(secs => $2)
  from due d where c.tenant_id = d.tenant_id and c.task_id = d.task_id and c.id = d.id
  returning c.tenant_id as "tenantId", c.task_id as "taskId", c.id, c.principal, c.wire_version as "wireVersion", c.url,
    c.auth_scheme as "authScheme", c.sealed, c.lease_token as token, c.retry_token as "retryToken",
    c.sent_seq::float8 as "sentSeq", c.pending_seq::float8 as "pendingSeq", c.failures,
    c.disabled_at is not null as "isDisabled"`)

export interface PushClaim {
  owner: string
  leaseSeconds: number
  holder: PushHolder
  limit: number
}

/** Takes configurations of a holder for which something waits, those first that wait longest. */
export const claimPushes = (
  tx: SystemWriter,
  { owner, leaseSeconds, holder: { tenantId, principal }, limit }: PushClaim,
): Promise<ClaimedPush[]> => tx.query(claim, [owner, leaseSeconds, tenantId, principal, limit])

const held = 'tenant_id = $1 and task_id = $2 and id = $3 and lease_token = $4'
const keyOf = ({ tenantId, taskId, id, token }: ClaimedPush) => [tenantId, taskId, id, token]

const advance = statement(`
  update push_configs set sent_seq = $5, failures = 0, next_at = now() + make_interval(secs => $6)
  where ${held} returning 1`)

/** Notes what is delivered, and renews the lease. @returns false if the lease is lost, or the configuration deleted. */
export async function advancePush(
  tx: SystemWriter,
  push: ClaimedPush,
  { seq, leaseSeconds }: { seq: number; leaseSeconds: number },
): Promise<boolean> {
  const rows = await tx.query(advance, [...keyOf(push), seq, leaseSeconds])
  return rows.length > 0
}

// What came in between is seen here, because it has changed this row.
const release = statement(`
  update push_configs set sent_seq = $5, lease_owner = null, lease_token = null,
    next_at = case when pending_seq > $5 or retry_token is not null then now() end
  where ${held} returning next_at is not null as more`)

/** Gives a configuration back. What waits beyond `seq` is due at once. @returns whether something does. */
export async function releasePush(tx: SystemWriter, push: ClaimedPush, seq: number): Promise<boolean> {
  const [row] = await tx.query<{ more: boolean }>(release, [...keyOf(push), seq])
  return row?.more === true
}

const postpone = statement(`
  update push_configs set failures = $5, lease_owner = null, lease_token = null,
    next_at = now() + case when retry_token is null then make_interval(secs => $6) else interval '0' end
  where ${held}`)

/** Gives a configuration back until later. */
export async function postponePush(
  tx: SystemWriter,
  push: ClaimedPush,
  { failures, seconds }: { failures: number; seconds: number },
): Promise<void> {
  await tx.query(postpone, [...keyOf(push), failures, seconds])
}

const putLetter = `on conflict (tenant_id, task_id, config_id, seq) do update
    set reason = excluded.reason, attempts = excluded.attempts, created_at = now(), retry_at = null`

const bury = statement(`
  with config as (
    update push_configs set sent_seq = $5, failures = $6, next_at = now() + make_interval(secs => $8)
    where ${held} returning tenant_id, task_id, id
  )
  insert into push_dead_letters (tenant_id, task_id, config_id, seq, reason, attempts)
  select tenant_id, task_id, id, $5, $7, $9 from config ${putLetter} returning 1`)

/** Gives one event up and goes on behind it. @returns false if the lease is lost, or the configuration deleted. */
export async function buryPush(
  tx: SystemWriter,
  push: ClaimedPush,
  letter: { seq: number; attempts: number; failures: number; reason: string; leaseSeconds: number },
): Promise<boolean> {
  const { seq, attempts, failures, reason, leaseSeconds } = letter
  const rows = await tx.query(bury, [...keyOf(push), seq, failures, reason, leaseSeconds, attempts])
  return rows.length > 0
}

const disable = statement(`
  with config as (
    update push_configs set disabled_at = now(), sent_seq = pending_seq, lease_owner = null, lease_token = null,
      next_at = case when retry_token is not null then now() end
    where ${held} returning tenant_id, task_id, id, pending_seq
  )
  insert into push_dead_letters (tenant_id, task_id, config_id, seq, reason, attempts)
  select c.tenant_id, c.task_id, c.id, e.seq, $6, 1
  from config c join task_events e on e.tenant_id = c.tenant_id and e.task_id = c.task_id
  where e.seq > $5 and e.seq <= c.pending_seq and e.generation is not null ${putLetter}`)

/** Sends nothing more to a configuration; what waits beyond `seq` is given up. */
export async function disablePush(
  tx: SystemWriter,
  push: ClaimedPush,
  { seq, reason }: { seq: number; reason: string },
): Promise<void> {
  await tx.query(disable, [...keyOf(push), seq, reason])
}

const remove = statement(`
  with config as (delete from push_configs where ${held} returning tenant_id, task_id, id)
  delete from push_dead_letters d using config c
  where d.tenant_id = c.tenant_id and d.task_id = c.task_id and d.config_id = c.id`)

/** Deletes a configuration whose task is not there any more, with what was not delivered to it. */
export async function deleteClaimedPush(tx: SystemWriter, push: ClaimedPush): Promise<void> {
  await tx.query(remove, keyOf(push))
}
