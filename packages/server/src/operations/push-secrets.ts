import type { PushWish } from '@codetether/protocol/push-config'
import { z } from 'zod'
import type { Context } from '../context.ts'

/** Which row the secrets belong to. */
export interface PushRow {
  tenantId: string
  taskId: string
  id: string
}

/** What a receiver has entrusted to the platform. */
export interface PushSecrets {
  token: string | null
  credentials: string | null
}

const Stored = z.object({ token: z.string().nullable(), credentials: z.string().nullable() })

export const scopeOf = ({ tenantId, taskId, id }: PushRow): string => JSON.stringify([tenantId, taskId, id])

export const toSecretText = ({ token, authentication }: PushWish): string =>
  JSON.stringify({ token, credentials: authentication?.credentials ?? null } satisfies PushSecrets)

/** @returns null if they were sealed with another master secret. */
export function openSecrets(
  { sealer }: Pick<Context, 'sealer'>,
  row: PushRow & { sealed: Buffer },
): PushSecrets | null {
  const text = sealer.open(scopeOf(row), row.sealed)
  return text === null ? null : Stored.parse(JSON.parse(text))
}
