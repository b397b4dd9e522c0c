import { PlatformError } from '@codetether/protocol/errors'
import type { Config } from '@codetether/server/config/config'
import { explainDatabaseError } from './database-failure.ts'
import { HintedError, UsageError } from './failure.ts'

const listenHints: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'this user may not use that port: take one from 1024 on, with --port'],
  ['EADDRNOTAVAIL', 'no network interface of this machine has that address: look at --host (A2A_HOST)'],
  ['EAFNOSUPPORT', 'this machine does not speak that kind of address: look at --host (A2A_HOST)'],
  ['ENOTFOUND', 'nobody knows that name: look at --host (A2A_HOST)'],
  ['EAI_AGAIN', 'that name cannot be looked up: look at --host (A2A_HOST)'],
])

const directoryCodes: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG'])

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error

/** An address to bind that does not exist or is not for this user is a wrong setting; others stay as they are. */
export const explainListenError = (error: unknown, { host, port }: Config['http']): unknown => {
  if (!isSystemError(error)) return error
  const isOurs = error.syscall === 'listen' || ('hostname' in error && error.hostname === host)
  const hint = listenHints.get(error.code ?? '')
  if (!isOurs || hint === undefined) return error
  return new UsageError(`cannot listen on ${host}, port ${port}: ${error.message}`, hint)
}

const explainDataDirError = (error: unknown, dataDir: string): unknown => {
  if (!isSystemError(error) || !directoryCodes.has(error.code ?? '')) return error
  const { path } = error
  if (path === undefined || !(path.startsWith(dataDir) || dataDir.startsWith(path))) return error
  return new UsageError(
    `the data directory ${dataDir} cannot be used: ${error.message}`,
    'choose another with --data-dir (CODETETHER_DATA_DIR); codetether doctor looks at it',
  )
}

/** Turns what a wrong port, address, data directory or database does to a start into what to look at. */
export const explainStartError = (error: unknown, { http, dataDir, database }: Config): unknown => {
  const port = error instanceof PlatformError ? error.details.metadata?.port : undefined
  if (typeof port === 'number') return new HintedError(error, `take another with --port ${port + 1} (A2A_PORT)`)
  const explained = explainDataDirError(explainListenError(error, http), dataDir)
  return database.kind === 'external' ? explainDatabaseError(explained) : explained
}
