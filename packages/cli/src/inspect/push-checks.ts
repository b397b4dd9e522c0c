import { openGrpcOf } from '@codetether/client/call'
import { RemoteError } from '@codetether/client/errors'
import type { Request } from './ask.ts'
import { excerpt, fail, ok, type Verdict } from './finding.ts'
import { grpcRefusal } from './grpc-refusal.ts'
import { judgeRefusal } from './judge-error.ts'
import type { Probe } from './probe.ts'

/** No request ever gets there: the name is reserved (RFC 6761 §6.4). */
const webhook = 'https://codetether-inspect.invalid/webhook'
const configId = 'codetether-inspect'

type Verb = 'create' | 'get' | 'list' | 'delete'

const rpcNames = {
  '1.0': {
    create: 'CreateTaskPushNotificationConfig',
    get: 'GetTaskPushNotificationConfig',
    list: 'ListTaskPushNotificationConfigs',
    delete: 'DeleteTaskPushNotificationConfig',
  },
  '0.3': {
    create: 'tasks/pushNotificationConfig/set',
    get: 'tasks/pushNotificationConfig/get',
    list: 'tasks/pushNotificationConfig/list',
    delete: 'tasks/pushNotificationConfig/delete',
  },
} as const

const config = { id: configId, url: webhook }

const rpcParams = (isNew: boolean, verb: Verb, taskId: string): object => {
  if (isNew) return { taskId, ...(verb === 'create' ? config : verb === 'list' ? {} : { id: configId }) }
  if (verb === 'create') return { taskId, pushNotificationConfig: config }
  return { id: taskId, ...(verb === 'list' ? {} : { pushNotificationConfigId: configId }) }
}

const overHttp = (probe: Probe, verb: Verb, taskId: string): Request => {
  const { url, headers } = probe.request('get', { id: taskId })
  const all = `${url}/pushNotificationConfigs`
  if (verb === 'list') return { url: all, headers: headers ?? {} }
  if (verb !== 'create')
    return { url: `${all}/${configId}`, headers: headers ?? {}, method: verb === 'get' ? 'GET' : 'DELETE' }
  const isNew = probe.endpoint.version === '1.0'
  const named = {
    parent: `tasks/${taskId}`,
    configId,
    config: { name: `tasks/${taskId}/pushNotificationConfigs/${configId}`, pushNotificationConfig: config },
  }
  const body = JSON.stringify(isNew ? { taskId, ...config } : named)
  return { url: all, method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body }
}

const request = (probe: Probe, verb: Verb, taskId: string): Request => {
  const { transport, version } = probe.endpoint
  if (transport === 'HTTP+JSON') return overHttp(probe, verb, taskId)
  return probe.rpc(rpcNames[version][verb], rpcParams(version === '1.0', verb, taskId))
}

const hasError = (json: unknown): boolean => typeof json === 'object' && json !== null && 'error' in json

/** What came of one step: null for an error, and a verdict where nothing can be found out. */
interface Step {
  text: string | null
  seen: string
  refused?: Verdict | undefined
}

const byHttp = async (probe: Probe, verb: Verb, taskId: string): Promise<Step> => {
  const answer = await probe.ask(request(probe, verb, taskId))
  const isFine = answer.status < 300 && !hasError(answer.json)
  const seen = `${verb}: HTTP ${answer.status} ${excerpt(answer.text, 80)}`
  return { text: isFine ? answer.text : null, seen, refused: judgeRefusal(answer) }
}

const byGrpc = async ({ endpoint, patience }: Probe, verb: Verb, taskId: string): Promise<Step> => {
  const grpc = await openGrpcOf(endpoint)
  const params = { taskId, ...(verb === 'create' ? config : verb === 'list' ? {} : { id: configId }) }
  try {
    const text = JSON.stringify(await grpc.call(endpoint, { name: `${verb}Push`, params }, patience))
    return { text, seen: `${verb}: ${excerpt(text, 80)}` }
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    return { text: null, seen: `${verb}: ${excerpt(error.message, 80)}`, refused: grpcRefusal(error) }
  }
}

/** Makes a configuration for the task of the person's message, finds it, deletes it, and finds it no more. */
export const pushConfigs = async (probe: Probe, taskId: string): Promise<Verdict> => {
  for (const [verb, isThere] of [
    ['create', true],
    ['get', true],
    ['list', true],
    ['delete', true],
    ['get', false],
  ] as const) {
    const step = probe.endpoint.transport === 'GRPC' ? byGrpc : byHttp
    const { text, seen, refused } = await step(probe, verb, taskId)
    if (refused) return refused
    if ((text !== null) !== isThere) return fail(isThere ? seen : `still there after it was deleted: ${seen}`)
    if (isThere && verb !== 'delete' && !text?.includes(webhook))
      return fail(`${verb} does not show the configuration: ${seen}`)
  }
  return ok('created, found, listed, deleted')
}
