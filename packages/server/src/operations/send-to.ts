import type { PeerAnswer, PeerUpdate, SendToOptions } from '@codetether/agents/peer'
import type { A2aClient } from '@codetether/client/a2a-client'
import { ask } from '@codetether/client/ask'
import { PlatformError } from '@codetether/protocol/errors'
import { checkHops, hopsOf, hopsUri } from '@codetether/protocol/hops'
import { limits } from '@codetether/protocol/limits'
import { type Artifact, type Part, textOf } from '@codetether/protocol/message'
import { taskStates } from '@codetether/protocol/task-state'
import type * as wire from '@codetether/protocol/v03/wire'
import type { Context } from '../context.ts'
import { fromWireArtifact, fromWireParts, toWirePart } from '../peers/parts.ts'
import { peerError } from '../peers/peer-error.ts'
import { findTaskRow } from '../store/read-tasks.ts'
import type { Attempt } from './attempt.ts'
import { hashRequest } from './hash-request.ts'

/** One message to an agent elsewhere. */
interface Sending {
  url: string
  message: string | Part[]
  options: SendToOptions
  /** Tells it from the others of its turn; the same whenever the turn is run. */
  key: readonly [kind: 'key' | 'place', value: string]
}

const stateOf = (state: string) => taskStates.find(known => known === state) ?? null

/**
 * Asks an agent elsewhere on behalf of a task, and waits for the answer. The message id follows from the task, so that an
 * agent which recognizes it does nothing twice when this task is run again. When the task is canceled, or the other one
 * has taken too long, the other one is told to stop; when somebody else goes on with the task, it is not.
 */
export const sendTo = (ctx: Context, attempt: Attempt, sending: Sending): Promise<PeerAnswer> => {
  const attributes = {
    'gen_ai.operation.name': 'invoke_agent',
    'server.address': URL.parse(sending.url)?.hostname ?? '',
  }
  return ctx.tracer.trace('send_to', { kind: 'client', attributes }, () => send(ctx, attempt, sending))
}

async function send(ctx: Context, attempt: Attempt, sending: Sending): Promise<PeerAnswer> {
  const { url, options } = sending
  const { maxHops, timeoutMs: usual } = ctx.config.peers
  const hops = hopsOf(attempt.history.at(-1)?.metadata) + 1
  checkHops(hops, maxHops)
  const { timeoutMs = usual, version, transport, requireSigned } = options
  const limit = new AbortController()
  const late = new PlatformError('REQUEST_TIMEOUT', `${url} has not answered within ${timeoutMs / 1000} s`)
  const timer = setTimeout(() => limit.abort(late), timeoutMs)
  const signal = AbortSignal.any([attempt.signal, limit.signal])
  let isSafe = true
  let remote: { client: A2aClient; taskId: string } | null = null
  try {
    const client = await ctx.peers.connect(url, { version, transport, requireSigned, signal, timeoutMs })
    isSafe = client.endpoint.attaches
    const result = await ask(client, paramsOf(attempt, sending, hops), {
      ...{ signal, timeoutMs },
      async onEvent(event) {
        const taskId = event.kind === 'task' ? event.id : event.taskId
        if (taskId !== undefined) remote = { client, taskId }
        const update = updateOf(event)
        if (update) await options.onUpdate?.(update)
      },
    })
    return answerOf(result)
  } catch (error) {
    if (signal.aborted && remote !== null && (limit.signal.aborted || (await isCanceled(ctx, attempt))))
      await stop(remote)
    throw signal.aborted ? error : peerError(error, { url, isSafe, hasBegun: remote !== null })
  } finally {
    clearTimeout(timer)
  }
}

/** Another agent may have ended meanwhile, or not be there: nobody waits for that any more. */
async function stop({ client, taskId }: { client: A2aClient; taskId: string }): Promise<void> {
  await client.cancelTask(taskId, { timeoutMs: limits.peerCancelMs }).catch(() => undefined)
}

/** Somebody wants the task no more. A lease that is lost or a server that stops is another matter: the task goes on. */
async function isCanceled({ store }: Context, { principal, task }: Attempt): Promise<boolean> {
  const { tenantId, id } = principal
  const row = await store.read(tenantId, tx => findTaskRow(tx, { tenantId, id: task.id, principal: id }))
  return row?.state === 'canceled'
}

function paramsOf({ task }: Attempt, { message, options, key }: Sending, hops: number) {
  const { contextId, taskId, agent, metadata } = options
  const parts = typeof message === 'string' ? [{ text: message }] : message
  return {
    message: {
      messageId: hashRequest([task.id, task.turnSeq, ...key]).slice(0, 32),
      role: 'user' as const,
      parts: parts.map(toWirePart),
      ...(contextId !== undefined && { contextId }),
      ...(taskId !== undefined && { taskId }),
      metadata: { ...metadata, ...(agent !== undefined && { agent }), [hopsUri]: hops },
    },
  }
}

function updateOf(event: wire.StreamEvent): PeerUpdate | null {
  if (event.kind === 'message') return null
  if (event.kind === 'artifact-update') {
    const { artifact, append = false, lastChunk = false } = event
    return { kind: 'artifact', artifact: fromWireArtifact(artifact), append, lastChunk }
  }
  const { state, message } = event.status
  return { kind: 'status', state: stateOf(state), parts: fromWireParts(message?.parts) }
}

/** The parts of an artifact that was streamed are its chunks. */
const artifactText = ({ parts }: Artifact): string => parts.map(part => ('text' in part ? part.text : '')).join('')

function answerOf(result: wire.Task | wire.Message): PeerAnswer {
  if (result.kind === 'message') {
    const parts = fromWireParts(result.parts)
    const { taskId = null, contextId = null } = result
    return { text: textOf(parts), parts, artifacts: [], state: null, taskId, contextId }
  }
  const artifacts = (result.artifacts ?? []).map(fromWireArtifact)
  const parts = fromWireParts(result.status.message?.parts)
  const text = artifacts.length === 0 ? textOf(parts) : artifacts.map(artifactText).join('\n')
  return {
    ...{ text, parts, artifacts, state: stateOf(result.status.state) },
    ...{ taskId: result.id, contextId: result.contextId },
  }
}
