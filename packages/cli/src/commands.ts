import type { CallOptions } from './commands/call.ts'
import type { CardOptions } from './commands/card.ts'
import type { CardKeygenOptions } from './commands/card-keygen.ts'
import type { CardSignOptions } from './commands/card-sign.ts'
import type { CardVerifyOptions } from './commands/card-verify.ts'
import type { CompletionOptions } from './commands/completion.ts'
import type { InspectOptions } from './commands/inspect.ts'
import type { MigrateOptions } from './commands/migrate.ts'
import type { PushDeadOptions } from './commands/push-dead.ts'
import type { PushRetryOptions } from './commands/push-retry.ts'
import type { RetentionRunOptions } from './commands/retention-run.ts'
import type { TaskCancelOptions } from './commands/task-cancel.ts'
import type { TaskDeadOptions } from './commands/task-dead.ts'
import type { TaskGetOptions } from './commands/task-get.ts'
import type { TaskListOptions } from './commands/task-list.ts'
import type { TaskRedriveOptions } from './commands/task-redrive.ts'
import type { TaskWatchOptions } from './commands/task-watch.ts'
import type { TenantEraseOptions } from './commands/tenant-erase.ts'
import type { ServerOptions } from './connect.ts'
import type { Io } from './io.ts'
import type { ServeOptions } from './serve-options.ts'
import type { WorkerOptions } from './worker-options.ts'

/** Every command with its options. */
export interface Commands {
  serve: ServeOptions
  dev: ServeOptions
  call: CallOptions
  'task get': TaskGetOptions
  'task list': TaskListOptions
  'task cancel': TaskCancelOptions
  'task watch': TaskWatchOptions
  'task dead': TaskDeadOptions
  'task redrive': TaskRedriveOptions
  agents: ServerOptions
  card: CardOptions
  'card sign': CardSignOptions
  'card verify': CardVerifyOptions
  'card keygen': CardKeygenOptions
  inspect: InspectOptions
  migrate: MigrateOptions
  'push dead': PushDeadOptions
  'push retry': PushRetryOptions
  'retention run': RetentionRunOptions
  'tenant erase': TenantEraseOptions
  config: ServeOptions
  doctor: ServeOptions
  worker: WorkerOptions
  'worker status': WorkerOptions
  'worker doctor': WorkerOptions
  completion: CompletionOptions
}

export type CommandName = keyof Commands

/** Runs the command that the arguments name. */
export type Dispatch = <Name extends CommandName>(name: Name, options: Commands[Name]) => Promise<void>

/** Runs a command to its end. Returns its exit code; throws what went wrong. */
type Command<Options> = (options: Options, io: Io) => Promise<number>

/** A command's code is loaded when it is called: help and version answer without the server's. */
const loaders: { [Name in CommandName]: () => Promise<Command<Commands[Name]>> } = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  dev: async () => (await import('./commands/dev.ts')).dev,
  call: async () => (await import('./commands/call.ts')).call,
  'task get': async () => (await import('./commands/task-get.ts')).taskGet,
  'task list': async () => (await import('./commands/task-list.ts')).taskList,
  'task cancel': async () => (await import('./commands/task-cancel.ts')).taskCancel,
  'task watch': async () => (await import('./commands/task-watch.ts')).taskWatch,
  'task dead': async () => (await import('./commands/task-dead.ts')).taskDead,
  'task redrive': async () => (await import('./commands/task-redrive.ts')).taskRedrive,
  agents: async () => (await import('./commands/agents.ts')).agents,
  card: async () => (await import('./commands/card.ts')).card,
  'card sign': async () => (await import('./commands/card-sign.ts')).cardSign,
  'card verify': async () => (await import('./commands/card-verify.ts')).cardVerify,
  'card keygen': async () => (await import('./commands/card-keygen.ts')).cardKeygen,
  inspect: async () => (await import('./commands/inspect.ts')).inspect,
  migrate: async () => (await import('./commands/migrate.ts')).migrate,
  'push dead': async () => (await import('./commands/push-dead.ts')).pushDead,
  'push retry': async () => (await import('./commands/push-retry.ts')).pushRetry,
  'retention run': async () => (await import('./commands/retention-run.ts')).retentionRun,
  'tenant erase': async () => (await import('./commands/tenant-erase.ts')).tenantErase,
  config: async () => (await import('./commands/config.ts')).config,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  worker: async () => (await import('./commands/worker.ts')).worker,
  'worker status': async () => (await import('./commands/worker-status.ts')).workerStatus,
  'worker doctor': async () => (await import('./commands/worker-doctor.ts')).workerDoctor,
  completion: async () => (await import('./commands/completion.ts')).completion,
}

export const runCommand = async <Name extends CommandName>(
  name: Name,
  options: Commands[Name],
  io: Io,
): Promise<number> => {
  const command = await loaders[name]()
  return await command(options, io)
}
