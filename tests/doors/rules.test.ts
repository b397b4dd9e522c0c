import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { builtInAgents } from '@codetether/agents/built-in'
import { defineAgent } from '@codetether/agents/define-agent'
import type { ErrorCode } from '@codetether/protocol/errors'
import { methods, protoMethods } from '@codetether/server/a2a/methods'
import { message, type Platform, startPlatform } from '../platform.ts'
import { type Door, type DoorCall, doors, type Version } from './doors.ts'
import { alice, bob, twoTokens } from './support.ts'

/** What can be wrong with a call, in the order in which it is looked at: the table of `design/doors.md`. */
const order = [
  'credentials',
  'permission',
  'version',
  'params',
  'capability',
  'webhook',
  'task',
  'state',
  'extension',
  'reply',
] as const
type Rule = (typeof order)[number]

/** How the params of a method are made. */
type Kind = 'send' | 'task' | 'list' | 'push' | 'card'

interface Row {
  kind: Kind
  /** The rules beyond those that each call passes, and how each refuses. */
  rules: Partial<Record<Rule, ErrorCode>>
}

/** Every method passes these. */
const everywhere: Partial<Record<Rule, ErrorCode>> = {
  credentials: 'UNAUTHENTICATED',
  permission: 'FORBIDDEN',
  version: 'VERSION_NOT_SUPPORTED',
}

const row = (kind: Kind, rules: Row['rules']): Row => ({ kind, rules: { ...everywhere, ...rules } })

const sends = row('send', {
  params: 'INVALID_PARAMS',
  webhook: 'WEBHOOK_URL_FORBIDDEN',
  task: 'TASK_NOT_FOUND',
  state: 'UNSUPPORTED_OPERATION',
  extension: 'EXTENSION_SUPPORT_REQUIRED',
  reply: 'CONTENT_TYPE_NOT_SUPPORTED',
})
const onTask = (rules: Row['rules'] = {}) => row('task', { params: 'INVALID_PARAMS', task: 'TASK_NOT_FOUND', ...rules })
const lists = row('list', { params: 'INVALID_PARAMS' })
const push = row('push', { params: 'INVALID_PARAMS', task: 'TASK_NOT_FOUND' })
const hooks = row('push', { params: 'INVALID_PARAMS', webhook: 'WEBHOOK_URL_FORBIDDEN', task: 'TASK_NOT_FOUND' })

/** Method × rule. */
const table: Readonly<Record<Version, Readonly<Record<string, Row>>>> = {
  '1.0': {
    SendMessage: sends,
    SendStreamingMessage: sends,
    GetTask: onTask(),
    ListTasks: lists,
    CancelTask: onTask({ state: 'TASK_NOT_CANCELABLE' }),
    SubscribeToTask: onTask({ state: 'UNSUPPORTED_OPERATION' }),
    CreateTaskPushNotificationConfig: hooks,
    GetTaskPushNotificationConfig: push,
    ListTaskPushNotificationConfigs: push,
    DeleteTaskPushNotificationConfig: push,
    GetExtendedAgentCard: row('card', { capability: 'UNSUPPORTED_OPERATION' }),
  },
  '0.3': {
    'message/send': sends,
    'message/stream': sends,
    'tasks/get': onTask(),
    'tasks/list': lists,
    'tasks/cancel': onTask({ state: 'TASK_NOT_CANCELABLE' }),
    'tasks/resubscribe': onTask(),
    'tasks/pushNotificationConfig/set': hooks,
    'tasks/pushNotificationConfig/get': push,
    'tasks/pushNotificationConfig/list': push,
    'tasks/pushNotificationConfig/delete': push,
    'agent/getAuthenticatedExtendedCard': row('card', { capability: 'EXTENDED_CARD_NOT_CONFIGURED' }),
  },
}

const versions = ['0.3', '1.0'] as const

/** A message of a version, in the shape of its JSON-RPC or of its proto. */
function messageOf(version: Version, { speaksProto }: Door, broken: ReadonlySet<Rule>, taskId: string) {
  const isV03Rpc = version === '0.3' && !speaksProto
  const parts = broken.has('params') ? [] : [isV03Rpc ? { kind: 'text', text: 'hello' } : { text: 'hello' }]
  return {
    messageId: crypto.randomUUID(),
    taskId,
    ...(isV03Rpc ? { kind: 'message', role: 'user' } : { role: 'ROLE_USER' }),
    [version === '0.3' && speaksProto ? 'content' : 'parts']: parts,
  }
}

const extension = 'https://a.example/extensions/demanded/v1'

/** Its tasks wait for ever, and messages to them have to activate the extension. */
const demanding = defineAgent({
  name: 'Demanding',
  description: 'Asks for an extension.',
  skills: [{ id: 'demand', name: 'Demand', description: 'For tests.', tags: ['test'] }],
  extensions: [{ uri: extension, description: 'For tests.', required: true }],
  handle: (_message, ctx) => ctx.ask('What?'),
})

/** What is asked for beside the message. The proto of v0.3 has another name for the webhook. */
function configurationOf(version: Version, { speaksProto }: Door, broken: ReadonlySet<Rule>) {
  const webhook = { id: '', url: broken.has('webhook') ? 'https://10.0.0.1/' : 'https://8.8.8.8/', token: '' }
  const older = speaksProto ? 'pushNotification' : 'pushNotificationConfig'
  return {
    acceptedOutputModes: [broken.has('reply') ? 'image/png' : 'text/plain'],
    [version === '1.0' ? 'taskPushNotificationConfig' : older]: webhook,
  }
}

describe('each method behind each door', () => {
  let platform: Platform
  let ended: string
  let waiting: string
  let foreign: string
  before(async () => {
    platform = await startPlatform({
      agents: [...builtInAgents, demanding],
      env: { A2A_AUTH_TOKENS: twoTokens, A2A_METRICS_TOKEN: 'scraper-secret-token', A2A_GRPC_PORT: '0' },
    })
    const sent = (headers: Record<string, string>) => platform.rpc('message/send', message('hello'), headers)
    ended = (await sent(alice)).result.id
    foreign = (await sent(bob)).result.id
    const toDemanding = message('hello', { metadata: { agent: 'Demanding' } })
    const activating = { ...alice, 'x-a2a-extensions': extension }
    waiting = (await platform.rpc('message/send', toDemanding, activating)).result.id
  })
  after(() => platform[Symbol.asyncDispose]())

  const paramsOf = (kind: Kind, version: Version, door: Door, broken: ReadonlySet<Rule>): DoorCall['params'] => {
    const id = broken.has('task') ? foreign : ended
    if (kind === 'task') return { id: broken.has('params') ? 'x'.repeat(300) : id }
    if (kind === 'list') return { pageSize: broken.has('params') ? 0 : 1 }
    if (kind === 'push') {
      const taskId = broken.has('params') ? 'x'.repeat(300) : id
      const url = broken.has('webhook') ? 'https://10.0.0.1/' : 'https://8.8.8.8/'
      const names = { taskId, id: version === '0.3' ? taskId : 'a', pushNotificationConfigId: 'a' }
      return { ...names, url, pushNotificationConfig: { url } }
    }
    if (kind === 'card') return {}
    const taskId = broken.has('task') || broken.has('state') ? id : waiting
    const configuration = configurationOf(version, door, broken)
    return { message: messageOf(version, door, broken, taskId), configuration }
  }

  const headersOf = (version: Version, broken: ReadonlySet<Rule>): Record<string, string> => ({
    'a2a-version': broken.has('version') ? '9.9' : version,
    ...(broken.has('permission') ? { authorization: 'Bearer scraper-secret-token' } : alice),
    ...(broken.has('credentials') && { authorization: 'Bearer somebody' }),
    ...(!broken.has('extension') && { [version === '0.3' ? 'x-a2a-extensions' : 'a2a-extensions']: extension }),
  })

  for (const door of doors)
    for (const version of versions)
      for (const [method, { kind, rules }] of Object.entries(table[version]).filter(([name]) =>
        door.has(version, name),
      ))
        test(`${method} of ${version} over ${door.name} looks at what is wrong in the same order`, async () => {
          const applied = order.filter(rule => rules[rule] !== undefined)
          for (const [i, rule] of applied.entries()) {
            // This rule is broken and all behind it are: it is the one that answers.
            const broken = new Set(applied.slice(i))
            const params = paramsOf(kind, version, door, broken)
            const answer = await door.call(platform.url, {
              version,
              method,
              params,
              headers: headersOf(version, broken),
            })
            const code = rules[rule] ?? 'INTERNAL'
            const reason = code === 'EXTENDED_CARD_NOT_CONFIGURED' ? 'EXTENDED_AGENT_CARD_NOT_CONFIGURED' : code
            assert.equal(door.infoOf(answer, version)?.reason, reason, `${rule}: ${answer.raw.slice(0, 300)}`)
            if (door.statusOf(code) !== null) assert.equal(answer.status, door.statusOf(code), rule)
          }
        })

  test('is in the table, and behind every door but the extension of v0.3', () => {
    for (const version of versions)
      assert.deepEqual(Object.keys(table[version]).sort(), [...methods[version].keys()].sort())
    const proto = [...methods['0.3'].values()].filter(({ isExtension }) => !isExtension).map(({ name }) => name)
    assert.deepEqual([...protoMethods.keys()].sort(), proto.sort())
    for (const door of doors) {
      for (const name of methods['1.0'].keys()) assert.ok(door.has('1.0', name), `${name} over ${door.name}`)
      for (const name of protoMethods.keys()) assert.ok(door.has('0.3', name), `${name} over ${door.name}`)
    }
  })

  test('needs the same permission everywhere', () => {
    for (const [name, { permission }] of protoMethods) assert.equal(methods['0.3'].get(name)?.permission, permission)
  })
})
