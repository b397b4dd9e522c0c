import type { Agent } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../context.ts'
import { newId } from '../ids.ts'

/** The event that ends a task whose agent threw. Only errors of the closed list tell their message to the caller. */
export function failureOf(ctx: Context, agent: Agent, error: unknown): TaskEvent {
  ctx.log.error({ err: error, agent: agent.name }, 'agent failed')
  const reason = error instanceof PlatformError ? `: ${error.message}` : ''
  const text = `The agent ${agent.name} failed${reason}.`
  return { kind: 'status', state: 'failed', message: { messageId: newId(), role: 'agent', parts: [{ text }] } }
}
