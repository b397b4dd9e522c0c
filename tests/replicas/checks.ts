import { isDeepStrictEqual } from 'node:util'
import type { Frame } from './reader.ts'
import type { Report } from './reports.ts'
import type { StampedEvent } from './stored.ts'

/** What is wrong, one line for each finding: none is wanted. */
type Findings = string[]

const nameOf = ({ taskId, seq, stamp }: StampedEvent, attempt: number) =>
  `${taskId}: event ${seq} of attempt ${stamp} after attempt ${attempt} began`

/** Events that an attempt wrote after another one had begun. `events` are in the order of each task's log. */
export function staleWrites(events: readonly StampedEvent[]): Findings {
  const current = new Map<string, number>()
  return events.flatMap(event => {
    if (event.begins !== null) current.set(event.taskId, event.begins)
    const attempt = current.get(event.taskId) ?? 0
    return event.stamp === null || event.stamp === attempt ? [] : [nameOf(event, attempt)]
  })
}

/** Attempts that do not begin with the number after that of the one before. */
export function skippedAttempts(events: readonly StampedEvent[]): Findings {
  const last = new Map<string, number>()
  return events.flatMap(({ taskId, begins }) => {
    if (begins === null) return []
    const expected = (last.get(taskId) ?? 0) + 1
    last.set(taskId, begins)
    return begins === expected ? [] : [`${taskId}: attempt ${begins} instead of ${expected}`]
  })
}

/** What a reader of a whole task has missed, had twice, in the wrong order, or not as it is stored. */
export function unlikeTheLog(frames: readonly Frame[], log: readonly Frame[]): Findings {
  const [got, stored] = [new Set(frames.map(frame => frame.id)), new Map(log.map(frame => [frame.id, frame]))]
  const wrong = frames.flatMap((frame, index) => {
    const before = frames[index - 1]?.id ?? 0
    const found: Findings = []
    if (frame.id <= before) found.push(`${frame.taskId}: ${frame.id} after ${before}`)
    if (!isDeepStrictEqual(frame, stored.get(frame.id)))
      found.push(`${JSON.stringify(frame)} instead of ${JSON.stringify(stored.get(frame.id))}`)
    return found
  })
  return [...wrong, ...log.flatMap(({ id, taskId }) => (got.has(id) ? [] : [`${taskId}: ${id} is missing`]))]
}

/** Runs of one context that were under way at the same time. `done` is told before the answer is written. */
export function overlaps(reports: readonly Report[]): Findings {
  const busy = new Map<string, Report>()
  const inOrder = reports
    .filter(({ moment }) => moment === 'began' || moment === 'is done')
    .toSorted((one, other) => one.at - other.at)
  return inOrder.flatMap(report => {
    const running = busy.get(report.contextId)
    if (report.moment === 'is done') {
      if (running?.taskId === report.taskId) busy.delete(report.contextId)
      return []
    }
    busy.set(report.contextId, report)
    // The next attempt at a task whose replica is gone: the one before cannot tell that it has ended.
    if (running === undefined || running.taskId === report.taskId) return []
    return [`${report.text} began while ${running.text} was running`]
  })
}

/** The texts in the order in which their runs first began. */
export const orderOfBeginnings = (reports: readonly Report[]): string[] => [
  ...new Set(
    reports
      .filter(({ moment }) => moment === 'began')
      .toSorted((one, other) => one.at - other.at)
      .map(({ text }) => text),
  ),
]
