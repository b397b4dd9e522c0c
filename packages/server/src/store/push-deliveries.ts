import type { NewPushConfig } from './push-configs.ts'
import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** Where notifications go, with what it takes to send them. */
export interface PushTarget extends NewPushConfig {
  tenantId: string
}

/** A configuration that this instance has taken: nobody else sends for it until the lease is over. */
export interface ClaimedPush extends PushTarget {
  token: string
  /** Everything up to here is delivered or given up. */
  sentSeq: number
  pendingSeq: number
  failures: number
}

const targetColumns = `c.tenant_id as "tenantId", c.task_id as "taskId", c.id, c.principal,
  c.wire_version as "wireVersion", c.url, c.auth_scheme as "authScheme", c.sealed`

const claim = statement(`
  with due as (
    select tenant_id, task_id, id from push_configs
    where next_at <= now() order by next_at limit $3 for update skip locked
  )
  update push_configs c set lease_owner = $1, lease_token = gen_random_uuid(),
    next_at = now() + make_interval(secs => $2)
  from due d where c.tenant_id = d.tenant_id and c.task_id = d.task_id and c.id = d.id
  returning ${targetColumns}, c.lease_token as token, c.sent_seq::float8 as "sentSeq",
    c.pending_seq::float8 as "pendingSeq", c.failures`)

export interface PushClaim {
  owner: string
  leaseSeconds: number
  limit: number
}

/** Takes configurations for which something waits, those first that wait longest. */
export const claimPushes = (tx: SystemWriter, { owner, leaseSeconds, limit }: PushClaim): Promise<ClaimedPush[]> =>
  tx.query(claim, [owner, leaseSeconds, limit])

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

// An event that came in between is seen here, because it has changed this row.
const release = statement(`
  update push_configs set sent_seq = $5, lease_owner = null, lease_token = null,
    next_at = case when pending_seq > $5 then now() end
  where ${held} returning next_at is not null as more`)

/** Gives a configuration back. What waits beyond `seq` is due at once. @returns whether something does. */
export async function releasePush(tx: SystemWriter, push: ClaimedPush, seq: number): Promise<boolean> {
  const [row] = await tx.query<{ more: boolean }>(release, [...keyOf(push), seq])
  return row?.more === true
}

const postpone = statement(`
  update push_configs set failures = $5, lease_owner = null, lease_token = null,
    next_at = now() + make_interval(secs => $6)
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
  select tenant_id, task_id, id, $5, $7, $6 from config ${putLetter} returning 1`)

/** Gives one event up and goes on behind it. @returns false if the lease is lost, or the configuration deleted. */
export async function buryPush(
  tx: SystemWriter,
  push: ClaimedPush,
  letter: { seq: number; failures: number; reason: string; leaseSeconds: number },
): Promise<boolean> {
  const { seq, failures, reason, leaseSeconds } = letter
  const rows = await tx.query(bury, [...keyOf(push), seq, failures, reason, leaseSeconds])
  return rows.length > 0
}

const disable = statement(`
  with config as (
    update push_configs set disabled_at = now(), sent_seq = pending_seq, next_at = null, lease_owner = null, lease_token = null
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

const remove = statement(`delete from push_configs where ${held}`)

/** Deletes a configuration whose task is not there any more. */
export async function deleteClaimedPush(tx: SystemWriter, push: ClaimedPush): Promise<void> {
  await tx.query(remove, keyOf(push))
}
