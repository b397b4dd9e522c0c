import { ListParams } from '@codetether/protocol/v03/params'
import { listPage } from '../../operations/list-tasks.ts'
import { presentTask } from '../../present/task-v03.ts'
import type { Method } from '../method.ts'
import { viewOf } from '../view-of.ts'

/** `tasks/list`: this platform's extension of v0.3, in the shape of A2A v1.0 ListTasks. */
export const tasksList: Method<ListParams> = {
  name: 'tasks/list',
  permission: 'tasks:read',
  isExtension: true,
  params: ListParams,
  async handle(call) {
    const { ctx, principal, params } = call
    const { historyLength, includeArtifacts, pageSize } = params
    const { snapshots, nextPageToken, totalSize } = await listPage(ctx, principal, params)
    const view = viewOf(call, historyLength)
    const tasks = snapshots.map(snapshot => {
      const { artifacts, ...task } = presentTask(snapshot, view)
      return includeArtifacts ? { ...task, artifacts: artifacts ?? [] } : task
    })
    return { result: { tasks, nextPageToken, pageSize, totalSize } }
  },
}
