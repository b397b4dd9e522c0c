import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Client } from 'pg'
import { readLeaseSlots } from '../lease-slots.ts'
import { connect } from './connect.ts'
import type { RenewalData } from './renewal.ts'

// A thread with a connection of its own: a handler that blocks the event loop of its process keeps its lease.

const { address, instanceId, leaseMs, blockedMs, slots }: RenewalData = workerData

const closing = new AbortController()
parentPort?.once('message', () => closing.abort())

// Locked in the order in which groups of changes lock: otherwise the two wait for each other.
const renew = `
  with mine as materialized (
    select tenant_id, id from tasks
    where lease_owner = $1 and lease_token = any ($2::uuid[]) and state in ('submitted', 'working')
    order by id for no key update
  )
  update tasks t set lease_until = now() + make_interval(secs => $3)
  from mine m where t.tenant_id = m.tenant_id and t.id = m.id
  returning t.lease_token as token`

/** When the event loop was last seen to turn. */
let turned = { ticks: -1, at: 0 }

function isBlocked(ticks: number): boolean {
  if (ticks !== turned.ticks) turned = { ticks, at: performance.now() }
  return performance.now() - turned.at > blockedMs
}

async function renewOnce(client: Client): Promise<void> {
  const { tokens, ticks } = readLeaseSlots(slots)
  // A loop that does not turn for so long is held to be one that never will: others go on with its tasks.
  if (tokens.length === 0 || isBlocked(ticks)) return
  const { rows } = await client.query<{ token: string }>(renew, [instanceId, tokens, leaseMs / 1000])
  const renewed = new Set(rows.map(row => row.token))
  // What has ended meanwhile is not lost; the process knows which of them it still runs.
  const lost = tokens.filter(token => !renewed.has(token))
  if (lost.length > 0) parentPort?.postMessage(lost)
}

let client: Client | null = null
while (!closing.signal.aborted) {
  try {
    client ??= await connect(address, {
      name: 'codetether-leases',
      timeoutMs: leaseMs / 3,
      queryTimeoutMs: leaseMs / 3,
    })
    await renewOnce(client)
  } catch {
    // The next round tries again, on a connection that works.
    await client?.end().catch(() => undefined)
    client = null
  }
  await delay(leaseMs / (client ? 3 : 10), undefined, { signal: closing.signal }).catch(() => undefined)
}
await client?.end().catch(() => undefined)
