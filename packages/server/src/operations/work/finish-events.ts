import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Report } from '@codetether/protocol/work/report'
import { newId } from '../../ids.ts'
import { agentText } from '../agent-text.ts'

type Finish = NonNullable<Report['finish']>

const defaultErrors: Partial<Record<Finish['status'], string>> = {
  failed: 'The worker says that the task has failed, and not why.',
  rejected: 'The worker has rejected the task, and does not say why.',
}

/** What a worker's report adds to the log of its task: what it has seen first, how it ends last. */
export function eventsOf({ output, progress, finish }: Pick<Report, 'output' | 'progress' | 'finish'>): TaskEvent[] {
  const events: TaskEvent[] = output.map(({ stream, text }) => ({ kind: 'output', stream, text }))
  if (progress) {
    const { percent, message } = progress
    events.push({
      kind: 'progress',
      ...(percent === undefined ? {} : { percent }),
      ...(message === undefined ? {} : { message }),
    })
  }
  if (finish) events.push(...finishEvents(finish))
  // Whatever is written of a task is a change of it: a report that only keeps a checkpoint too.
  return events.length > 0 ? events : [{ kind: 'progress' }]
}

/** The result is an artifact, where A2A puts results, and the last message, where simple clients look. */
function finishEvents({ status, result, error }: Finish): TaskEvent[] {
  if (status === 'released') return [{ kind: 'status', state: 'submitted' }]
  const text = error ?? result ?? defaultErrors[status]
  const message = text === undefined ? {} : { message: agentText(text) }
  const events: TaskEvent[] = [{ kind: 'status', state: status, ...message }]
  if (result !== undefined && status === 'completed')
    events.unshift({
      kind: 'artifact',
      artifact: { artifactId: newId(), name: 'result', parts: [{ text: result }] },
      append: false,
      lastChunk: true,
    })
  return events
}
