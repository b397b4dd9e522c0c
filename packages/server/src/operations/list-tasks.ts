import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { TaskState } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import { countTasks, listTasks, type TaskFilter, type TaskSnapshot } from '../store/read-tasks.ts'
import type { Reader } from '../store/store.ts'
import { insertSnapshotFiles } from './inline-files.ts'
import { sizeOf } from './snapshot-size.ts'

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

/** The place in a listing behind a task. */
const placeOf = ({ task }: TaskSnapshot): string => `${task.statusAt.getTime()} ${task.id}`

/** Whose listing it is, and of what: a page token counts in no other. */
const scopeOf = (
  { tenantId, id, agent }: Principal,
  { contextId, status, statusTimestampAfter }: ListRequest,
): string => JSON.stringify([tenantId, id, contextId, status, statusTimestampAfter, agent])

function openToken({ cursors }: Context, scope: string, token: string): TaskFilter['after'] {
  if (token === '') return null
  const [time, id] = cursors.open(scope, token)?.split(' ') ?? []
  if (time && id) return { statusAt: new Date(Number(time)), id }
  throw new PlatformError('INVALID_PARAMS', 'the page token is not one of this listing', {
    fieldViolations: [{ field: 'pageToken', description: 'is not a token from nextPageToken' }],
  })
}

/**
 * One page of the principal's own tasks, those whose status changed last first. A page of large tasks ends early: the
 * token tells that there are more.
 */
export async function listPage(ctx: Context, caller: Principal, request: ListRequest) {
  const { tenantId, id: principal } = caller
  const scope = scopeOf(caller, request)
  const filter: TaskFilter = {
    tenantId,
    principal,
    agent: caller.agent ?? null,
    contextId: request.contextId ?? null,
    state: request.status ?? null,
    since: request.statusTimestampAfter ? new Date(request.statusTimestampAfter) : null,
    after: openToken(ctx, scope, request.pageToken),
    limit: firstPortion,
    // The message of the current status may be among them, and is not shown there.
    messageLimit: request.historyLength === 0 ? 0 : Math.min(request.historyLength, limits.historyLength) + 1,
    artifacts: request.includeArtifacts,
  }
  const read: Read = fn => ctx.store.read(tenantId, fn)
  const totalSize = await read(tx => countTasks(tx, filter))
  const { page, more } = await collect(read, filter, request.pageSize)
  const snapshots = await insertSnapshotFiles(read, tenantId, page)
  const last = page.at(-1)
  return { snapshots, totalSize, nextPageToken: more && last ? ctx.cursors.seal(scope, placeOf(last)) : '' }
}

type Read = <T>(fn: (tx: Reader) => Promise<T>) => Promise<T>

/** Tasks that are read before anything is known of their size. */
const firstPortion = 10

/** Reads a page in portions, each as large as the tasks before it let hope. */
async function collect(read: Read, filter: TaskFilter, pageSize: number) {
  const page: TaskSnapshot[] = []
  let { after } = filter
  let bytes = 0
  for (let portion = firstPortion; ; ) {
    const wanted = Math.min(portion, pageSize - page.length)
    // One more than is wanted tells whether there are more.
    const rows = await read(tx => listTasks(tx, { ...filter, after, limit: wanted + 1 }))
    for (const [index, row] of rows.slice(0, wanted).entries()) {
      page.push(row)
      bytes += sizeOf(row)
      if (bytes >= limits.pageBytes || page.length === pageSize) return { page, more: rows.length > index + 1 }
    }
    const last = page.at(-1)
    if (rows.length <= wanted || !last) return { page, more: false }
    after = { statusAt: last.task.statusAt, id: last.task.id }
    portion = Math.max(1, Math.floor((limits.pageBytes - bytes) / (bytes / page.length + 1)))
  }
}
