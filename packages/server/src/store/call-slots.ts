import { limits } from '@codetether/protocol/limits'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

/** Who calls. */
export interface Caller {
  tenantId: string
  principal: string
}

const free = `tenant_id = $1 and principal = $2 and taken_at <= now() - interval '${limits.callWindowMs} ms'`

// Whoever takes one at the same time holds it: another one is free, or none. As a part of the join the choice would be made
// again for each row.
const take = statement(`
  with s as materialized (
    select slot from call_slots where ${free} order by slot limit 1 for update skip locked)
  update call_slots c set taken_at = now() from s
  where c.tenant_id = $1 and c.principal = $2 and c.slot = s.slot
  returning c.slot`)

const make = statement(`
  insert into call_slots (tenant_id, principal, slot, taken_at)
  select $1, $2, slot, '-infinity' from generate_series(1, ${limits.callsPerWindow}) as slot
  where not exists (select from call_slots where tenant_id = $1 and principal = $2)
  on conflict do nothing`)

/** Takes one of the calls that a principal may make in a while, on whichever replica. @returns false if none is left. */
export async function takeCall(tx: Writer, { tenantId, principal }: Caller): Promise<boolean> {
  const [, taken] = await Promise.all([tx.query(make, [tenantId, principal]), tx.query(take, [tenantId, principal])])
  return taken.length > 0
}

const left = statement(`
  select (count(*) filter (where taken_at > now() - interval '${limits.callWindowMs} ms'))::int as taken,
    extract(epoch from min(taken_at) filter (where taken_at > now() - interval '${limits.callWindowMs} ms') - now())::float8 as age
  from call_slots where tenant_id = $1 and principal = $2`)

/** How many calls a principal may still make, and after how many seconds one more. */
export async function readCalls(
  tx: Reader,
  { tenantId, principal }: Caller,
): Promise<{ left: number; secondsToNext: number }> {
  const [row] = await tx.query<{ taken: number; age: number | null }>(left, [tenantId, principal])
  const seconds = limits.callWindowMs / 1000 + (row?.age ?? 0)
  return {
    left: limits.callsPerWindow - (row?.taken ?? 0),
    secondsToNext: row?.age == null ? 0 : Math.max(1, Math.ceil(seconds)),
  }
}
