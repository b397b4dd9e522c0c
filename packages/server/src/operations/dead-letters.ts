import type { DeadLetterQuery, RetryRequest } from '@codetether/protocol/dead-letters'
import { PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import {
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetterPlace,
  listDeadLetters,
  retryDeadLetters,
} from '../store/push-dead-letters.ts'

/** Those of the principal's own tasks, narrowed by what is given. */
const filterOf = (
  { tenantId, id: principal }: Principal,
  { taskId, configId, seq }: Pick<RetryRequest, 'taskId' | 'configId' | 'seq'>,
): DeadLetterFilter => ({
  tenantId,
  principal,
  taskId: taskId ?? null,
  configId: configId ?? null,
  seq: seq ?? null,
})

const Place = z.tuple([z.coerce.date(), z.string(), z.string(), z.number()])

const placeOf = ({ at, taskId, configId, seq }: DeadLetter): string => JSON.stringify([at, taskId, configId, seq])

function openPlace({ cursors }: Context, scope: string, token: string): DeadLetterPlace | null {
  if (token === '') return null
  const place = cursors.open(scope, token)
  if (place === null)
    throw new PlatformError('INVALID_PARAMS', 'the page token is not one of this listing', {
      fieldViolations: [{ field: 'pageToken', description: 'is not a token from nextPageToken' }],
    })
  const [at, taskId, configId, seq] = Place.parse(JSON.parse(place))
  return { at, taskId, configId, seq }
}

/** A page of the principal's dead letters, the latest first. Throws INVALID_PARAMS for a strange token. */
export async function listLetters(
  ctx: Context,
  principal: Principal,
  { pageSize, pageToken, ...narrow }: DeadLetterQuery,
): Promise<{ letters: DeadLetter[]; nextPageToken: string }> {
  const filter = filterOf(principal, narrow)
  const scope = JSON.stringify(['dead letters', filter])
  const after = openPlace(ctx, scope, pageToken)
  const found = await ctx.store.read(principal.tenantId, tx =>
    listDeadLetters(tx, filter, { after, limit: pageSize + 1 }),
  )
  const letters = found.slice(0, pageSize)
  const last = letters.at(-1)
  return { letters, nextPageToken: found.length > pageSize && last ? ctx.cursors.seal(scope, placeOf(last)) : '' }
}

/** Lets the principal's dead letters be sent once more. @returns how many. */
export async function retryLetters(ctx: Context, principal: Principal, request: RetryRequest): Promise<number> {
  const filter = filterOf(principal, request)
  const marked = await ctx.store.write(principal.tenantId, tx => retryDeadLetters(tx, filter))
  if (marked > 0) ctx.pushes.wake()
  return marked
}
