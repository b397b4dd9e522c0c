import { z } from 'zod'
import { Metadata } from '../json-schema.ts'
import { limits } from '../limits.ts'
import { optional, withDefault } from '../optional.ts'
import { AuthenticationV10, pushFields } from '../push-config.ts'
import { taskStates } from '../task-state.ts'
import { toInteger } from '../to-integer.ts'
import { MessageRead } from './input.ts'
import { wireStates } from './task-state.ts'

/**
 * The parameters of the methods of A2A v1.0 (§3.1) in ProtoJSON: what is not set may be null, and numbers may be texts.
 * `tenant` is a routing key, which the doors read.
 */
const count = z.preprocess(toInteger, z.int().min(0))
const historyLength = optional(count)
const id = z.string().min(1).max(limits.idChars)

/** TaskPushNotificationConfig (§4.3.1). */
const PushConfig = z.looseObject({ ...pushFields, authentication: AuthenticationV10 })

export const SendMessageParams = z.looseObject({
  message: MessageRead,
  configuration: optional(
    z.looseObject({
      acceptedOutputModes: optional(z.array(z.string().max(255)).max(64)),
      taskPushNotificationConfig: PushConfig.nullish(),
      historyLength,
      returnImmediately: withDefault(z.boolean(), false),
    }),
  ),
  metadata: optional(Metadata),
})
export type SendMessageParams = z.infer<typeof SendMessageParams>

export const TaskParams = z.looseObject({ id, historyLength })
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
  contextId: optional(z.string().max(limits.idChars)),
  status: optional(Status),
  pageSize: withDefault(z.preprocess(toInteger, z.int().min(1).max(limits.pageSize)), limits.pageSizeDefault),
  pageToken: withDefault(z.string().max(limits.pageTokenChars), ''),
  historyLength: withDefault(count, 0),
  statusTimestampAfter: optional(z.iso.datetime({ offset: true })),
  includeArtifacts: withDefault(z.boolean(), false),
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
  pageSize: withDefault(z.preprocess(toInteger, z.int().min(0).max(limits.pageSize)), 0),
  pageToken: withDefault(z.string().max(limits.pageTokenChars), ''),
})
export type ListPushParams = z.infer<typeof ListPushParams>
