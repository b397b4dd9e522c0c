import type { Connection } from '@codetether/client/http'
import type { ApprovalPolicy, Runtime } from './runtimes/runtime.ts'

/** A directory that tasks may work in. */
export interface OwnCodebase {
  name: string
  /** Absolute. */
  path: string
}

/** Everything that a worker is told at its start. */
export interface WorkerSettings {
  /** Where the server is, without a trailing slash. */
  url: string
  /** Who registers the worker. What the worker calls later carries the token that it gets for that. */
  connection: Connection
  /** Keeps its id, its token, and what the server has not taken yet. One worker at a time. */
  dataDir: string
  /** Absent: the id that the data directory keeps. */
  workerId: string | undefined
  name: string
  hostname: string
  codebases: readonly OwnCodebase[]
  /** Below this it clones remotes; the real path of a directory that is there. Null: it clones none. */
  clonesDir: string | null
  /** Codebases below these, absolute, are its own if nobody else has them. */
  roots: readonly string[]
  capabilities: readonly string[]
  /** References, `provider/model`. */
  models: readonly string[]
  /** Serves whoever registers it alone, also where it may serve everybody. */
  isPrivate: boolean
  /** Takes tasks without a codebase. */
  global: boolean
  maxConcurrent: number
  autoApprove: ApprovalPolicy
  runtime: Runtime
  /** How long running tasks may go on after the worker was asked to stop. */
  drainMs: number
  unregisterOnExit: boolean
  /** Bytes of reports of one task that are kept on disk while the server is away. */
  spoolBytes: number
  /** Texts that output must not show: what the environment holds under names of secrets. */
  secrets: readonly string[]
  /** What git finds its way by. */
  environment: Readonly<Record<string, string | undefined>>
}

/** Where a worker says what it does. Fields first, as the server's logger has it. */
export interface WorkerLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
