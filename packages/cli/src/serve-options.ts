import type { SettingFlags } from '@codetether/server/config/read-sources'
import type { OutputOptions } from './io.ts'

/** The flags of `serve`, as commander names them. */
export interface ServeOptions extends OutputOptions {
  host?: string
  port?: string
  publicUrl?: string
  insecure?: boolean
  name?: string
  description?: string
  logLevel?: string
  logFormat?: string
  dataDir?: string
  databaseUrl?: string
  /** Bring the schema of an external database up to date first; an embedded one always is. */
  migrate?: boolean
  /** The directories of a worker beside the server; false: none. */
  worker?: string | false
  workerCommand?: string
  /** For a developer: the worker has something to do without a command too. */
  isDev?: boolean
}

/** The flags as the server's settings. */
export const settingFlags = ({
  json: _json,
  migrate: _migrate,
  worker: _worker,
  workerCommand: _command,
  isDev: _isDev,
  name,
  description,
  ...same
}: ServeOptions): SettingFlags => ({
  ...same,
  agentName: name,
  agentDescription: description,
})
