import { PlatformError } from '@codetether/protocol/errors'
import type { TaskState } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import { countTasks, listTasks, type TaskFilter, type TaskSnapshot } from '../store/read-tasks.ts'
import { insertSnapshotFiles } from './inline-files.ts'

export interface ListRequest {
  contextId?: string | undefined
  status?: TaskState | undefined
  /** RFC 3339: tasks whose status is of this time or later. */
  statusTimestampAfter?: string | undefined
  pageSize: number
  pageToken: string
  historyLength: number
  includeArtifacts: boolean
}

/** The listing's place behind a task, as the page token carries it. The filter is bound to the caller by row and query. */
const toToken = ({ task }: TaskSnapshot): string =>
  Buffer.from(`${task.statusAt.getTime()} ${task.id}`).toString('base64url')

const tokenForm = /^(\d{1,15}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

function fromToken(token: string): TaskFilter['after'] {
  if (token === '') return null
  const [, time, id] = tokenForm.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (time && id) return { statusAt: new Date(Number(time)), id }
  throw new PlatformError('INVALID_PARAMS', 'the page token is not one of this listing', {
    fieldViolations: [{ field: 'pageToken', description: 'is not a token from nextPageToken' }],
  })
}

/** One page of the principal's own tasks, those whose status changed last first. */
export async function listPage(ctx: Context, { tenantId, id: principal }: Principal, request: ListRequest) {
  const filter: TaskFilter = {
    tenantId,
    principal,
    contextId: request.contextId ?? null,
    state: request.status ?? null,
    since: request.statusTimestampAfter ? new Date(request.statusTimestampAfter) : null,
    after: fromToken(request.pageToken),
    // One more than the page tells whether there is a next one.
    limit: request.pageSize + 1,
    messageLimit: request.historyLength === 0 ? 0 : request.historyLength + 1,
    artifacts: request.includeArtifacts,
  }
  const [rows, totalSize] = await ctx.store.read(tenantId, tx =>
    Promise.all([listTasks(tx, filter), countTasks(tx, filter)]),
  )
  const page = rows.slice(0, request.pageSize)
  const snapshots = await insertSnapshotFiles(fn => ctx.store.read(tenantId, fn), tenantId, page)
  const last = page.at(-1)
  return { snapshots, totalSize, nextPageToken: rows.length > page.length && last ? toToken(last) : '' }
}
