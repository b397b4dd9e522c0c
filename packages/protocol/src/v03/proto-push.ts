import { type UnknownObject as Fields, isObject } from '../json.ts'
import { fieldOf, fieldsOf } from './proto-fields.ts'

/** Push configurations in ProtoJSON of the v0.3 proto: resources with names below that of their task. */

/** A push configuration of a task in the shape of JSON-RPC (specification §6.10). */
export interface TaskPushConfig {
  taskId: string
  pushNotificationConfig: { id?: string; url: string; [key: string]: unknown }
}

/** The resource name of a task, or of one of its push configurations. */
export const toName = (taskId: string, configId?: string): string =>
  configId === undefined ? `tasks/${taskId}` : `tasks/${taskId}/pushNotificationConfigs/${configId}`

/** The ids in a resource name; null if it is not one. */
export function fromName(name: string): { taskId: string; configId: string | undefined } | null {
  const [, taskId, configId] = /^tasks\/([^/]+)(?:\/pushNotificationConfigs(?:\/([^/]+))?)?$/.exec(name) ?? []
  return taskId === undefined ? null : { taskId, configId }
}

/** A webhook (proto `PushNotificationConfig`), which differs from JSON-RPC's only in what is not set. */
export function fromProtoPushConfig(config: unknown): unknown {
  if (!isObject(config)) return config
  const { authentication, ...fields } = fieldsOf(config, ['id', 'url', 'token', 'authentication'])
  if (!isObject(authentication)) return { ...fields, ...(authentication !== undefined && { authentication }) }
  return { ...fields, authentication: { schemes: [], ...fieldsOf(authentication, ['schemes', 'credentials']) } }
}

/** The webhook in the body of a creation, and the name beside it, wherever they stand. */
function bodyOf(body: Fields): { config: unknown; name: unknown; id: unknown } {
  const id = fieldOf(body, 'configId')
  const inner = fieldOf(body, 'config')
  const holder = isObject(inner) ? inner : body
  return { config: fieldOf(holder, 'pushNotificationConfig') ?? inner ?? undefined, name: holder.name, id }
}

/**
 * The params of `tasks/pushNotificationConfig/set` of a creation: `{name, pushNotificationConfig}` as the proto binds it
 * to HTTP, or `{parent, configId, config}` as in gRPC, or `{config}` as in the text (§7.5). The task of the path counts.
 */
export function fromProtoPushRequest(body: unknown, taskId: string): unknown {
  if (!isObject(body)) return body
  const { config, name, id } = bodyOf(body)
  if (config === undefined) return { taskId }
  const read = fromProtoPushConfig(config)
  const named = id ?? (typeof name === 'string' ? fromName(name)?.configId : undefined)
  return {
    taskId,
    pushNotificationConfig: isObject(read) && read.id === undefined && named ? { ...read, id: named } : read,
  }
}

/** A push configuration as the proto's `TaskPushNotificationConfig`. */
export const toProtoPushConfig = ({ taskId, pushNotificationConfig }: TaskPushConfig): object => ({
  name: toName(taskId, pushNotificationConfig.id ?? ''),
  pushNotificationConfig,
})
