/** Params of the extension method `tasks/list`, which is `ListTasks` of A2A v1.0 §3.1.4 in v0.3 dress. */
export interface TaskListParams {
  status?: string
  contextId?: string
  /** Tasks per page, 1 to 100; the server's default is 50. */
  pageSize?: number
  pageToken?: string
  historyLength?: number
  includeArtifacts?: boolean
}
