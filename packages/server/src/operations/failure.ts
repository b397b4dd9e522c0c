import type { Agent } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../context.ts'
import { agentText } from './agent-text.ts'

const failedWith = (text: string): TaskEvent => ({
  kind: 'status',
  state: 'failed',
  message: agentText(text),
})

/** The event that ends a task whose agent threw. Only errors of the closed list tell their message to the caller. */
export function failureOf(ctx: Context, agent: Agent, error: unknown): TaskEvent {
  ctx.log.error({ err: error, agent: agent.name }, 'agent failed')
  const reason = error instanceof PlatformError ? `: ${error.message}` : ''
  return failedWith(`The agent ${agent.name} failed${reason}.`)
}

/** What makes a task a dead letter: `attempts` in a row came to nothing. */
export const givenUp = (attempts: number, reason: string): { events: TaskEvent[]; deadLetter: string } => ({
  events: [failedWith(`Given up after ${attempts} attempts, none of which came to an end: ${reason}.`)],
  deadLetter: reason,
})
