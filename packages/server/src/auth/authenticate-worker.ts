import { createHash } from 'node:crypto'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import type { Permission, Principal } from '../principal.ts'
import { findWorkerByToken } from '../store/workers.ts'
import { readWorkerToken } from '../worker-token.ts'

interface Known {
  principal: Principal
  until: number
}

const mostKept = 10_000

/** A worker may run tasks, tell of sessions, and say again who it is, and nothing else of what users may. */
const workerPermissions = new Set<Permission>(['worker:run', 'workers:register', 'sessions:write'])

/**
 * Tells which worker a token belongs to. The database is asked once in a few seconds: a token that was revoked is refused
 * after that. The function that it makes throws UNAUTHENTICATED.
 */
export function createWorkerAuthenticator({ store }: Pick<Context, 'store'>): (token: string) => Promise<Principal> {
  const known = new Map<string, Known>()
  return async token => {
    const id = createHash('sha256').update(token).digest('base64url')
    const kept = known.get(id)
    if (kept && kept.until > performance.now()) return kept.principal
    known.delete(id)
    const principal = await ask(store, token)
    if (known.size >= mostKept) known.clear()
    known.set(id, { principal, until: performance.now() + limits.workerTokenCacheMs })
    return principal
  }
}

async function ask(store: Context['store'], token: string): Promise<Principal> {
  const claims = readWorkerToken(token)
  // Nothing is told of the tenant that a token names: its row must have the hash of the secret.
  const worker = claims && (await store.read(claims.tenantId, tx => findWorkerByToken(tx, claims)))
  if (!worker) throw new PlatformError('UNAUTHENTICATED', 'the credentials are not valid: register the worker again')
  const { tenantId, key } = claims
  return {
    tenantId,
    id: `worker:${worker.id}`,
    permissions: workerPermissions,
    worker: { id: worker.id, key, owner: worker.principal },
  }
}
