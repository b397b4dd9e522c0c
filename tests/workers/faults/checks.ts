import type { StampedEvent } from '../../replicas/stored.ts'
import { type Assignment, outputOf } from './assignment.ts'

/** What is wrong, one line for each finding: none is wanted. */
type Findings = string[]

const isOfWorker = ({ actor }: StampedEvent): boolean => actor.startsWith('worker:')

/** Events of a worker in an attempt that another worker has begun. `events` are in the order of each task's log. */
export function foreignWrites(events: readonly StampedEvent[]): Findings {
  const current = new Map<string, string>()
  return events.flatMap(event => {
    if (event.begins !== null) current.set(event.taskId, event.actor)
    const owner = current.get(event.taskId) ?? 'nobody'
    return !isOfWorker(event) || event.actor === owner
      ? []
      : [`${event.taskId}: event ${event.seq} is of ${event.actor} in an attempt of ${owner}`]
  })
}

interface Written {
  attempt: number
  text: string
  isCompleted: boolean
}

/** The attempts at one task, with what each has put out. */
function attemptsIn(events: readonly StampedEvent[]): Written[] {
  const attempts: Written[] = []
  for (const { begins, kind, state, text } of events) {
    if (begins !== null) attempts.push({ attempt: begins, text: '', isCompleted: false })
    const last = attempts.at(-1)
    if (!last) continue
    if (kind === 'output') last.text += text
    if (kind === 'status' && state === 'completed') last.isCompleted = true
  }
  return attempts
}

/**
 * Attempts that have put out anything else than what their task puts out from its beginning on; all of it, if they
 * completed the task. What is left out, comes twice or in another order is found by that.
 */
export function wrongOutput(assignments: ReadonlyMap<string, Assignment>, events: readonly StampedEvent[]): Findings {
  return [...Map.groupBy(events, event => event.taskId)].flatMap(([taskId, own]) => {
    const assignment = assignments.get(taskId)
    if (!assignment) return [`${taskId}: nobody has handed it in`]
    return attemptsIn(own).flatMap(({ attempt, text, isCompleted }) => {
      const wanted = outputOf(assignment, attempt)
      const isRight = isCompleted ? text === wanted : wanted.startsWith(text)
      return isRight ? [] : [`${taskId}: attempt ${attempt} has put out ${JSON.stringify(text)}`]
    })
  })
}
