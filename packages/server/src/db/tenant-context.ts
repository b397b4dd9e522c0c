import { createHash, createHmac, randomBytes } from 'node:crypto'
import { PlatformError } from '@codetether/protocol/errors'
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

/** A tenant that need not exist: its context verifies all the same. */
const nobody = '00000000-0000-0000-0000-000000000000'

/**
 * Throws CONFLICT if the database does not verify contexts of this secret. Where it checks no passwords, a server with
 * another secret would come up and fail each request.
 */
export async function assertContextKey(client: ClientBase, secret: string): Promise<void> {
  await client.query('begin read only')
  try {
    const context = createTenantSigner(secret).sign(nobody)
    await client.query(`select set_config('codetether.tenant_context', $1, true)`, [context])
    await client.query('select get_current_tenant_id()')
  } catch (cause) {
    const isRefused = cause instanceof Error && 'code' in cause && cause.code === '28000'
    if (!isRefused) throw cause
    throw new PlatformError(
      'CONFLICT',
      'the database was prepared with another CODETETHER_SECRET_KEY: set that one, or run codetether migrate to let this one in too',
      { cause },
    )
  } finally {
    await client.query('rollback')
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
