import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { ClientBase } from 'pg'
import { deriveKey } from './secret.ts'

/** How long a context lets its bearer in. Longer than any transaction; also the clock skew that is tolerated. */
const lifeSeconds = 600
const renewMs = (lifeSeconds / 2) * 1000

/** Signs contexts for tenants: the only way to rows of tenant tables. The database holds the key to verify, not this. */
export interface TenantSigner {
  /** The context of a tenant, for `set_config('codetether.tenant_context', …, true)` as a bind parameter. */
  sign(tenantId: string): string
}

const keyOf = (secret: string) => deriveKey(secret, 'tenant-context')
const kidOf = (key: Buffer) => createHash('sha256').update(key).digest('hex').slice(0, 12)

/** A signer that keeps each tenant's context for half its life: a signature costs more than a look-up. */
export function createTenantSigner(secret: string, now: () => number = Date.now): TenantSigner {
  const key = keyOf(secret)
  const kid = kidOf(key)
  const cache = new Map<string, { context: string; renewAt: number }>()
  return {
    sign(tenantId) {
      const known = cache.get(tenantId)
      if (known && known.renewAt > now()) return known.context
      const expiry = Math.floor(now() / 1000) + lifeSeconds
      const claims = `${kid}|${tenantId}|${expiry}|${randomBytes(8).toString('hex')}`
      const context = `${claims}|${createHmac('sha256', key).update(claims).digest('hex')}`
      if (cache.size >= 10_000) cache.clear()
      cache.set(tenantId, { context, renewAt: now() + renewMs })
      return context
    },
  }
}

const pad = (key: Buffer, byte: number) => Buffer.from(Array.from({ length: 64 }, (_, i) => (key[i] ?? 0) ^ byte))

/** Gives the database what it needs to verify contexts of this secret. Runs as ct_owner. */
export async function installContextKey(client: ClientBase, secret: string): Promise<void> {
  const key = keyOf(secret)
  await client.query(
    'insert into context_keys (kid, inner_pad, outer_pad) values ($1, $2, $3) on conflict (kid) do nothing',
    [kidOf(key), pad(key, 0x36), pad(key, 0x5c)],
  )
}
