import { z } from 'zod'
import { Metadata } from '../json-schema.ts'
import { limits } from '../limits.ts'
import { AuthenticationV03, pushFields } from '../push-config.ts'
import { taskStates } from '../task-state.ts'
import { MessageRead } from './input.ts'

/** The parameters of the JSON-RPC methods of A2A v0.3 (specification §7), with the spellings of older clients. */
const historyLength = z.int().min(0)
const id = z.string().min(1).max(limits.idChars)

/** PushNotificationConfig (§6.8). */
const PushConfig = z.looseObject({ ...pushFields, authentication: AuthenticationV03 })

const Configuration = z.looseObject({
  acceptedOutputModes: z.array(z.string().max(255)).max(64).optional(),
  blocking: z.boolean().optional(),
  historyLength: historyLength.optional(),
  pushNotificationConfig: PushConfig.nullish(),
})

export const SendParams = z.looseObject({
  message: MessageRead,
  configuration: Configuration.optional(),
  metadata: Metadata.optional(),
  skillId: id.optional(),
  skill_id: id.optional(),
})
export type SendParams = z.infer<typeof SendParams>

/** `id` in the specification; `taskId` and `task_id` in older clients. */
export const TaskIdParams = z
  .looseObject({
    id: id.optional(),
    taskId: id.optional(),
    task_id: id.optional(),
    historyLength: historyLength.optional(),
  })
  .transform((params, ctx) => {
    const taskId = params.id ?? params.taskId ?? params.task_id
    if (taskId !== undefined) return { taskId, historyLength: params.historyLength, oldShape: params.id === undefined }
    ctx.addIssue({ code: 'custom', path: ['id'], message: 'the id of a task is missing' })
    return z.NEVER
  })
export type TaskIdParams = z.infer<typeof TaskIdParams>

/** `tasks/list` is an extension of this platform to v0.3, in the shape of v1.0 ListTasks (§3.1.4). */
export const ListParams = z.looseObject({
  contextId: id.optional(),
  status: z.enum(taskStates).optional(),
  pageSize: z.int().min(1).max(limits.pageSize).default(limits.pageSizeDefault),
  pageToken: z.string().max(limits.pageTokenChars).default(''),
  historyLength: historyLength.default(0),
  includeArtifacts: z.boolean().default(false),
})
export type ListParams = z.infer<typeof ListParams>

/** The parameters of `tasks/pushNotificationConfig/*` (§7.5 to §7.8). */
export const SetPushParams = z.looseObject({ taskId: id, pushNotificationConfig: PushConfig })
export type SetPushParams = z.infer<typeof SetPushParams>

export const GetPushParams = z.looseObject({ id, pushNotificationConfigId: id.optional() })
export type GetPushParams = z.infer<typeof GetPushParams>

export const ListPushParams = z.looseObject({ id })
export type ListPushParams = z.infer<typeof ListPushParams>

export const DeletePushParams = z.looseObject({ id, pushNotificationConfigId: id })
export type DeletePushParams = z.infer<typeof DeletePushParams>
