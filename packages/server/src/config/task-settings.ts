import { limits } from '@codetether/protocol/limits'
import { settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'

/** Long enough for everybody, and short enough for the dates that PostgreSQL derives from it. */
const days = type.wholeNumber(1, 10_000)

/** How tasks run and how long they are kept. */
export const taskSettings = {
  blockingSeconds: type
    .wholeNumber(1, 600)
    .default(limits.blockingSendMs / 1000)
    .register(settingFacts, {
      group: 'Tasks',
      env: ['A2A_BLOCKING_TIMEOUT_SECONDS'],
      description:
        'How long a blocking message/send of A2A v0.3 waits for its task before it answers with the task as it is. In v1.0 it waits to the end.',
      show: config => String(config.blockingMs / 1000),
    }),
  maxRunningTasks: type
    .wholeNumber(1, 10_000)
    .default(limits.runningTasks)
    .register(settingFacts, {
      group: 'Tasks',
      env: ['CODETETHER_MAX_RUNNING_TASKS'],
      description: 'How many tasks this process runs at once; more of them wait, or run on another replica.',
      show: config => String(config.maxRunningTasks),
    }),
  leaseSeconds: type
    .wholeNumber(1, 3_600)
    .default(limits.leaseMs / 1000)
    .register(settingFacts, {
      group: 'Tasks',
      env: ['CODETETHER_LEASE_SECONDS'],
      description: 'How long a task stays with a replica that is not heard of before another one takes it over.',
      show: config => String(config.leaseMs / 1000),
    }),
  workerLeaseSeconds: type
    .wholeNumber(5, 3_600)
    .default(limits.workLeaseMs / 1000)
    .register(settingFacts, {
      group: 'Tasks',
      env: ['CODETETHER_WORKER_LEASE_SECONDS', 'TASK_STUCK_TIMEOUT_SECONDS'],
      description: 'How long a task stays with a worker that is not heard of before another one may take it.',
      show: config => String(config.work.leaseMs / 1000),
    }),
  workAttempts: type
    .wholeNumber(1, limits.workAttemptsMost)
    .default(limits.workAttempts)
    .register(settingFacts, {
      group: 'Tasks',
      env: ['TASK_MAX_ATTEMPTS'],
      description: 'How often workers try a task that names no number of its own.',
      show: config => String(config.work.attempts),
    }),
  runningPerUser: type
    .wholeNumber(1, 10_000)
    .optional()
    .register(settingFacts, {
      group: 'Tasks',
      env: ['CODETETHER_MAX_RUNNING_PER_USER'],
      description: 'How many tasks of one user workers run at once; more of them wait.',
      unset: 'as many as the workers take',
      show: config => config.work.mostPerPrincipal?.toString(),
    }),
  runningPerTenant: type
    .wholeNumber(1, 100_000)
    .optional()
    .register(settingFacts, {
      group: 'Tasks',
      env: ['CODETETHER_MAX_RUNNING_PER_TENANT'],
      description: 'How many tasks of one tenant workers run at once; more of them wait.',
      unset: 'as many as the workers take',
      show: config => config.work.mostPerTenant?.toString(),
    }),
  retentionDays: days.optional().register(settingFacts, {
    group: 'Tasks',
    env: ['CODETETHER_RETENTION_DAYS'],
    description: 'Tasks that ended more than so many days ago are deleted with all that belongs to them.',
    unset: 'tasks are kept for ever',
    show: config => config.retention.taskDays?.toString(),
  }),
  eventRetentionDays: days.optional().register(settingFacts, {
    group: 'Tasks',
    env: ['CODETETHER_EVENT_RETENTION_DAYS'],
    description: 'Event logs of tasks that ended more than so many days ago are deleted; the tasks stay as they are.',
    unset: 'as long as the task',
    show: config => config.retention.eventDays?.toString(),
  }),
}
