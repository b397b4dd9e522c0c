import { setTimeout as delay } from 'node:timers/promises'
import { type TaskState, taskStates } from '@codetether/protocol/task-state'
import type { Family, Sample } from './registry.ts'
import { shared } from './shared.ts'

/** What the database says about all tasks of all tenants. */
export interface TaskFigures {
  counts: readonly { agent: string; state: TaskState; n: number }[]
  /** Tasks that wait to run, and for how long the oldest has waited; 0 without one. */
  queue: { length: number; oldestSeconds: number }
}

export interface TaskSource {
  /** Rejects when the database does not answer. */
  read(): Promise<TaskFigures>
  /** Agents of this process. Tasks of others count as `other`: their number has no bound. */
  agents: readonly string[]
}

/** One question to the database in so many milliseconds, however many scrape. */
const keptMs = 5_000
/** A scrape waits no longer: the other metrics are worth most when the database is slow. */
const patienceMs = 3_000

/** The tasks, as gauges. Without the database they are absent, and `codetether_database_up` is 0. */
export function taskFamilies({ read, agents }: TaskSource): Family[] {
  const figures = shared(keptMs, () =>
    Promise.race([read(), delay(patienceMs, null, { ref: false })]).catch(() => null),
  )
  const gauge = (name: string, help: string, samples: (figures: TaskFigures) => Sample[]): Family => ({
    name,
    help,
    type: 'gauge',
    samples: async () => {
      const known = await figures()
      return known ? samples(known) : []
    },
  })
  return [
    {
      name: 'codetether_database_up',
      help: '1 if the database has answered the question for the tasks, else 0.',
      type: 'gauge',
      samples: async () => [{ value: (await figures()) ? 1 : 0 }],
    },
    gauge('codetether_tasks', 'Stored tasks by agent and state; agents of other servers are other.', ({ counts }) =>
      tasksByAgent(counts, agents),
    ),
    gauge('codetether_queue_tasks', 'Tasks that wait to run.', ({ queue }) => [{ value: queue.length }]),
    gauge('codetether_queue_oldest_age_seconds', 'How long the oldest task that waits to run has waited.', one => [
      { value: one.queue.oldestSeconds },
    ]),
  ]
}

function tasksByAgent(counts: TaskFigures['counts'], agents: readonly string[]): Sample[] {
  // Every agent of this process has all states, so that an alert can tell 0 from unknown.
  const sums = new Map(agents.map(agent => [agent, new Map<TaskState, number>(taskStates.map(state => [state, 0]))]))
  for (const { agent, state, n } of counts) {
    const name = sums.has(agent) ? agent : 'other'
    const states = sums.get(name) ?? new Map<TaskState, number>()
    sums.set(name, states.set(state, (states.get(state) ?? 0) + n))
  }
  return [...sums].flatMap(([agent, states]) =>
    [...states].map(([state, value]) => ({ labels: { agent, state }, value })),
  )
}
