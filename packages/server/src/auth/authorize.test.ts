import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { type Permission, permissions } from '../principal.ts'
import { authorize } from './authorize.ts'

const holder = (...held: Permission[]) => ({ tenantId: 't', id: 'token:a', permissions: new Set(held) })

for (const permission of permissions)
  test(`who holds ${permission} may do what asks for it`, () => authorize(holder(permission), permission))

test('what is public asks for nothing', () => authorize(holder(), 'public'))

for (const permission of permissions.filter(it => it !== 'public'))
  test(`who holds everything but ${permission} is refused, and told what is missing`, () => {
    const others = permissions.filter(other => other !== permission)
    assert.throws(
      () => authorize(holder(...others), permission),
      (error: unknown) =>
        error instanceof PlatformError &&
        error.code === 'FORBIDDEN' &&
        error.details.metadata?.permission === permission,
    )
  })
