import type { Readable, Writable } from 'node:stream'
import type { Environment } from './environment.ts'

type Terminal = Writable & { isTTY?: boolean; columns?: number }

/** The world of a command: what it may read, write and wait for. */
export interface Io {
  stdin: Readable & { isTTY?: boolean }
  stdout: Terminal
  stderr: Terminal
  environment: Environment
  /** Aborted by Ctrl-C, and when nobody reads the output any more. */
  signal: AbortSignal
}

/** Options of every command that works on the rows themselves. */
export interface DataOptions extends OutputOptions {
  /** An external database in place of DATABASE_URL. */
  url?: string
  dataDir?: string
}

/** Options of every command. */
export interface OutputOptions {
  json?: boolean
}
