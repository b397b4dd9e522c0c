import { PlatformError } from '@codetether/protocol/errors'
import type { Permission, Principal } from '../principal.ts'

/** Throws FORBIDDEN unless the principal has the permission. */
export function authorize(principal: Principal, permission: Permission): void {
  if (permission === 'public' || principal.permissions.has(permission)) return
  throw new PlatformError('FORBIDDEN', `this needs the permission ${permission}`, { metadata: { permission } })
}
