import { ListTasksParams } from '@codetether/protocol/v10/params'
import { listPage } from '../../operations/list-tasks.ts'
import { presentTask } from '../../present/task-v10.ts'
import type { Method } from '../method.ts'
import { viewOf } from '../view-of.ts'

/** `ListTasks` (A2A v1.0 §3.1.4): the caller's own tasks, the newest status first. All four keys are always there. */
export const listTasks: Method<ListTasksParams> = {
  name: 'ListTasks',
  permission: 'tasks:read',
  params: ListTasksParams,
  async handle(call) {
    const { ctx, principal, params } = call
    const { historyLength, includeArtifacts, pageSize, contextId } = params
    const { snapshots, nextPageToken, totalSize } = await listPage(ctx, principal, {
      ...params,
      contextId: contextId || undefined,
    })
    const view = viewOf(call, historyLength)
    const tasks = snapshots.map(snapshot => {
      const { artifacts, ...task } = presentTask(snapshot, view)
      return includeArtifacts ? { ...task, artifacts: artifacts ?? [] } : task
    })
    return { result: { tasks, nextPageToken, pageSize, totalSize } }
  },
}
