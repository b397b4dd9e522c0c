import { PlatformError } from '@codetether/protocol/errors'
import { eventVersion, isVisible, type TaskEvent } from '@codetether/protocol/task-event'
import { canMove, isTerminal, type TaskState } from '@codetether/protocol/task-state'
import type { Plan } from '../store/plan.ts'

/**
 * Works out what a run of events changes. The path through the states is checked here, from any state that is not
 * terminal; the database's trigger checks the step from the stored state to the last one.
 */
export function planEvents(events: readonly TaskEvent[], actor: string): Plan {
  const plan: Plan = {
    count: 0,
    visible: 0,
    state: null,
    statusMessage: null,
    statusOffset: null,
    inboxOffset: null,
    events: [],
    messages: [],
    chunks: [],
  }
  for (const event of events) {
    if (plan.state !== null && isTerminal(plan.state))
      throw new PlatformError('UNSUPPORTED_OPERATION', `a ${plan.state} task takes no further changes`)
    addEvent(plan, event, actor)
  }
  return plan
}

function addEvent(plan: Plan, event: TaskEvent, actor: string) {
  const offset = ++plan.count
  const visibleOffset = isVisible(event) ? ++plan.visible : null
  const { kind, ...body } = event
  plan.events.push({ offset, visibleOffset, kind, v: eventVersion, actor, body })
  switch (event.kind) {
    case 'created':
      return moveTo(plan, 'submitted', offset)
    case 'status':
      moveTo(plan, event.state, offset)
      plan.statusMessage = event.message ?? null
      // A status message that nothing can follow is read from the status alone. Why a task waits is no part of its conversation.
      if (event.message && !isTerminal(event.state) && event.state !== 'submitted')
        plan.messages.push({ offset, message: event.message })
      return
    case 'message':
      plan.inboxOffset = offset
      plan.messages.push({ offset, message: event.message })
      return
    case 'artifact': {
      const { artifactId, ...rest } = event.artifact
      // What a plan replaces must not be stored by the same plan; the statement deletes what was stored before.
      if (!event.append) plan.chunks = plan.chunks.filter(chunk => chunk.artifactId !== artifactId)
      plan.chunks.push({ offset, artifactId, artifact: rest, append: event.append })
      return
    }
    case 'attempt':
    case 'output':
    case 'progress':
      return
    default:
      event satisfies never
  }
}

function moveTo(plan: Plan, state: TaskState, offset: number) {
  if (plan.state !== null && !canMove(plan.state, state))
    throw new PlatformError('UNSUPPORTED_OPERATION', `a ${plan.state} task cannot become ${state}`)
  plan.state = state
  plan.statusOffset = offset
}
