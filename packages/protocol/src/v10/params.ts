import { z } from 'zod'
import { Metadata } from '../json-schema.ts'
import { limits } from '../limits.ts'
import { AuthenticationV10, pushFields } from '../push-config.ts'
import { taskStates } from '../task-state.ts'
import { MessageRead } from './input.ts'
import { wireStates } from './task-state.ts'

/** The parameters of the methods of A2A v1.0 (§3.1). `tenant` is a routing key, which the doors read. */
const historyLength = z.int().min(0)
const id = z.string().min(1).max(limits.idChars)

/** TaskPushNotificationConfig (§4.3.1). */
const PushConfig = z.looseObject({ ...pushFields, authentication: AuthenticationV10 })

export const SendMessageParams = z.looseObject({
  message: MessageRead,
  configuration: z
    .looseObject({
      acceptedOutputModes: z.array(z.string().max(255)).max(64).optional(),
      taskPushNotificationConfig: PushConfig.nullish(),
      historyLength: historyLength.optional(),
      returnImmediately: z.boolean().default(false),
    })
    .optional(),
  metadata: Metadata.optional(),
})
export type SendMessageParams = z.infer<typeof SendMessageParams>

export const TaskParams = z.looseObject({ id, historyLength: historyLength.optional() })
export type TaskParams = z.infer<typeof TaskParams>

const stateOf = new Map<string, (typeof taskStates)[number]>(taskStates.map(state => [wireStates[state], state]))

const Status = z.string().transform((name, ctx) => {
  if (name === '' || name === 'TASK_STATE_UNSPECIFIED') return undefined
  const state = stateOf.get(name)
  if (state) return state
  ctx.addIssue({ code: 'custom', message: 'is not a state of A2A v1.0' })
  return z.NEVER
})

export const ListTasksParams = z.looseObject({
  contextId: z.string().max(limits.idChars).optional(),
  status: Status.optional(),
  pageSize: z.int().min(1).max(limits.pageSize).default(limits.pageSizeDefault),
  pageToken: z.string().max(limits.pageTokenChars).default(''),
  historyLength: historyLength.default(0),
  statusTimestampAfter: z.iso.datetime({ offset: true }).optional(),
  includeArtifacts: z.boolean().default(false),
})
export type ListTasksParams = z.infer<typeof ListTasksParams>

/** The parameters of the operations on push notification configs (§3.1.7 to §3.1.10). */
export const CreatePushParams = PushConfig.extend({ taskId: id })
export type CreatePushParams = z.infer<typeof CreatePushParams>

export const PushParams = z.looseObject({ taskId: id, id })
export type PushParams = z.infer<typeof PushParams>

export const ListPushParams = z.looseObject({
  taskId: id,
  // ProtoJSON sends 0 for what is not set.
  pageSize: z.int().min(0).max(limits.pageSize).default(0),
  pageToken: z.string().max(limits.pageTokenChars).default(''),
})
export type ListPushParams = z.infer<typeof ListPushParams>
