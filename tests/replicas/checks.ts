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

/** What a reader of a whole task has missed, had twice or in the wrong order. `ids` are those of its frames. */
export function unlikeTheLog(ids: readonly number[], generations: number): Findings {
  const expected = Array.from({ length: generations }, (_, index) => index + 1)
  return ids.join() === expected.join() ? [] : [`${ids.join()} instead of 1 to ${generations}`]
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
