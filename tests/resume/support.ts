import type { AgentContext } from '@codetether/agents/define-agent'
import { SseParser } from '@codetether/client/sse'
import { resumeUri } from '@codetether/protocol/resume-extension'
import { agentOf, query } from '../event-log.ts'
import type { Platform, RpcBody } from '../platform.ts'

export const generationKey = `${resumeUri}/generation`

/** What differs between the versions of A2A for a caller of the extension. */
export const versions = {
  '0.3': {
    header: 'x-a2a-extensions',
    send: 'message/send',
    stream: 'message/stream',
    get: 'tasks/get',
    subscribe: 'tasks/resubscribe',
    cancel: 'tasks/cancel',
    list: 'tasks/list',
    message: (agent: string, more: object = {}) => ({
      message: {
        kind: 'message',
        role: 'user',
        messageId: crypto.randomUUID(),
        parts: [{ kind: 'text', text: 'go' }],
        metadata: { agent },
        ...more,
      },
    }),
    soon: { configuration: { blocking: false } },
    /** The task or update that a frame or the answer to a message carries. */
    open: (result: RpcBody): RpcBody => result,
    completed: 'completed',
  },
  '1.0': {
    header: 'a2a-extensions',
    send: 'SendMessage',
    stream: 'SendStreamingMessage',
    get: 'GetTask',
    subscribe: 'SubscribeToTask',
    cancel: 'CancelTask',
    list: 'ListTasks',
    message: (agent: string, more: object = {}) => ({
      message: {
        role: 'ROLE_USER',
        messageId: crypto.randomUUID(),
        parts: [{ text: 'go' }],
        metadata: { agent },
        ...more,
      },
    }),
    soon: { configuration: { returnImmediately: true } },
    open: (result: RpcBody): RpcBody => result.task ?? result.statusUpdate ?? result.artifactUpdate,
    completed: 'TASK_STATE_COMPLETED',
  },
} as const

export type Version = keyof typeof versions
export const both: readonly Version[] = ['0.3', '1.0']

/** The headers by which a call activates the extension. */
export const active = (version: Version, more: Record<string, string> = {}) => ({
  'a2a-version': version,
  [versions[version].header]: resumeUri,
  ...more,
})

/** Params with members of the extension. */
export const asking = (params: object, members: Record<string, unknown>) => ({
  ...params,
  metadata: Object.fromEntries(Object.entries(members).map(([name, value]) => [`${resumeUri}/${name}`, value])),
})

/** An event of a stream: what a frame carries, or the error that ends it. */
export interface StreamEvent {
  id: string | undefined
  result?: RpcBody
  error?: RpcBody
}

/** Opens a stream; yields each event. A refusal before the stream is the one event. */
export async function* events(
  platform: Pick<Platform, 'url'>,
  call: { method: string; params: unknown; headers: Record<string, string> },
): AsyncGenerator<StreamEvent, void> {
  const response = await fetch(platform.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...call.headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: call.method, params: call.params }),
    signal: AbortSignal.timeout(60_000),
  })
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    const { result, error }: RpcBody = await response.json()
    yield { id: undefined, result, error }
    return
  }
  const parser = new SseParser()
  for await (const chunk of response.body ?? [])
    for (const { id, data } of parser.push(chunk)) {
      const { result, error } = JSON.parse(data)
      yield { id, ...(result && { result }), ...(error && { error }) }
    }
}

/** An agent that takes a task through twelve generations: steps, chunks of an artifact and a reply. */
export const busy = agentOf('Busy', async (_message, ctx: AgentContext) => {
  for (let n = 0; n < 4; n++) {
    await ctx.status(`step ${n}`)
    await ctx.artifact({ artifactId: 'a', parts: [{ text: `${n}` }] }, { append: n > 0, lastChunk: n === 3 })
  }
  await ctx.reply('done')
})

/** Drops the oldest events of a task, as retention does, up to a generation. */
export const prune = (platform: Platform, taskId: string, upTo: number) =>
  query(
    platform.database,
    `delete from task_events where task_id = $1 and seq <= (
       select max(seq) from task_events where task_id = $1 and generation <= $2)`,
    [taskId, upTo],
  )
