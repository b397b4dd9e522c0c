import { builtInAgents } from '@codetether/agents/built-in'
import * as v03 from '@codetether/protocol/v03/params'
import { Part } from '@codetether/protocol/v03/wire'
import * as v10 from '@codetether/protocol/v10/params'
import { wireStates } from '@codetether/protocol/v10/task-state'
import { methods } from '@codetether/server/a2a/methods'
import { z } from 'zod'
import type { RpcBody } from '../../platform.ts'
import { generatorOf, type Words } from './generate.ts'
import type { Random } from './mutate.ts'

type WireVersion = keyof typeof methods

/** What a caller may know. */
export interface Known {
  /** Tasks of alice, of bob, and of nobody. */
  taskIds: readonly string[]
  contextIds: readonly string[]
}

const push = z.looseObject({
  id: z.string(),
  taskId: z.string(),
  pushNotificationConfig: z.looseObject({ url: z.string(), token: z.string().optional() }).optional(),
  url: z.string(),
  token: z.string().optional(),
  pageSize: z.int().min(1).max(100).optional(),
})
const nothing = z.looseObject({})

/** The parameters of every method. A method that is missing here fails the test that compares the names. */
const schemas: Readonly<Record<WireVersion, Readonly<Record<string, z.ZodType>>>> = {
  '0.3': {
    'message/send': v03.SendParams,
    'message/stream': v03.SendParams,
    'tasks/get': v03.TaskIdParams,
    'tasks/cancel': v03.TaskIdParams,
    'tasks/resubscribe': v03.TaskIdParams,
    'tasks/list': v03.ListParams,
    'tasks/pushNotificationConfig/set': push,
    'tasks/pushNotificationConfig/get': push,
    'tasks/pushNotificationConfig/list': push,
    'tasks/pushNotificationConfig/delete': push,
    'agent/getAuthenticatedExtendedCard': nothing,
  },
  '1.0': {
    SendMessage: v10.SendMessageParams,
    SendStreamingMessage: v10.SendMessageParams,
    GetTask: v10.TaskParams,
    ListTasks: v10.ListTasksParams,
    CancelTask: v10.TaskParams,
    SubscribeToTask: v10.TaskParams,
    CreateTaskPushNotificationConfig: push,
    GetTaskPushNotificationConfig: push,
    ListTaskPushNotificationConfigs: push,
    DeleteTaskPushNotificationConfig: push,
    GetExtendedAgentCard: nothing,
  },
}

export const methodNames = (version: WireVersion) => ({
  served: [...methods[version].keys()].sort(),
  fuzzed: Object.keys(schemas[version]).sort(),
})

const texts = ['hello', 'Calculate 25 * 4', '7 / 0', 'set a to b', 'get a', 'Analyze: one. Two!', 'weather in Oslo', '']
const agents = [...builtInAgents.map(({ name }) => name), 'Nobody']
const skills = builtInAgents.flatMap(agent => agent.skills.map(({ id }) => id))
const modes = ['text/plain', '*/*', 'text/*', 'image/png', '']
const oldParts = [{ type: 'text', content: 'Calculate 1 + 1' }, { text: 'hello' }, { type: 'text', text: 'set x to y' }]

/** A part of a message of v1.0 with one content: its schema alone would mostly write several. */
const partV10 = (random: Random) => ({
  ...random.pick<object>([
    { text: random.pick(texts) },
    { raw: 'AAAA', mediaType: 'image/png', filename: 'a.png' },
    { url: 'https://example.org/a' },
    { data: [1, { b: null }] },
  ]),
  ...(random.below(4) === 0 && { metadata: { x: 1 } }),
})

/** What the fields of requests mean, beyond their types. */
function wordsOf(version: WireVersion, { taskIds, contextIds }: Known): Words {
  const anyOf = (items: readonly unknown[]) => (random: Random) => random.pick(items)
  const partV03 = generatorOf(Part, { text: anyOf(texts), bytes: () => 'AAAA', uri: () => 'https://example.org/a' })
  const ids = anyOf(taskIds)
  return {
    id: ids,
    taskId: random => (random.below(4) === 0 ? ids(random) : undefined),
    task_id: ids,
    referenceTaskIds: ids,
    contextId: random => random.pick([...contextIds, `c${random.below(1e6)}`]),
    messageId: random => (random.below(20) === 0 ? 'sent before' : `m${random.below(1e9)}`),
    parts: random => (random.below(4) === 0 ? random.pick(oldParts) : partV03(random)),
    acceptedOutputModes: anyOf(modes),
    skillId: anyOf(skills),
    skill_id: anyOf(skills),
    status: anyOf(version === '1.0' ? Object.values(wireStates) : ['completed', 'failed']),
    pageToken: () => '',
    // Nobody listens there.
    url: anyOf(['http://127.0.0.1:1/', 'https://192.0.2.1/', 'x']),
    token: anyOf(['token', 'whsec_x', `whsec_${'A'.repeat(43)}=`]),
    pushNotificationConfig: random => (random.below(20) === 0 ? { url: 'http://127.0.0.1:1/' } : undefined),
    taskPushNotificationConfig: random => (random.below(20) === 0 ? { url: 'http://127.0.0.1:1/' } : undefined),
  }
}

/** A source of requests of every method of a version, each accepted by the schema of its method. */
export function requestsOf(version: WireVersion, known: Known): (random: Random) => RpcBody {
  const words = wordsOf(version, known)
  const generators = Object.entries(schemas[version]).map(
    ([method, schema]) => [method, generatorOf(schema, words)] as const,
  )
  // What is refused whatever it says is of little interest, and messages are of most.
  const served = generators.filter(([method]) => !/Card$/i.test(method))
  const messages = served.filter(([method]) => /^message|^Send/.test(method))
  const weighed = [generators, served, served, messages, messages].flat()
  return random => {
    const [method, generate] = random.pick(weighed)
    const params = generate(random)
    const { message } = params
    if (message && version === '1.0') message.parts = [partV10(random)]
    if (message && random.below(2) === 0) message.metadata = { agent: random.pick(agents) }
    // What a word leaves out is gone.
    return JSON.parse(JSON.stringify({ jsonrpc: '2.0', id: random.below(1e6), method, params }))
  }
}
