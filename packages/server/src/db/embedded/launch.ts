import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from './free-port.ts'
import { openLog } from './log-file.ts'
import type { Place } from './place.ts'
import type { Postmaster } from './postmaster.ts'
import { programEnv } from './run-program.ts'

export type Settings = Readonly<Record<string, string | number>>

/** Most bytes of a socket's path that every platform takes. */
const socketPathBytes = 107

/** For a small machine that does other things too. Durability is PostgreSQL's own: nothing of it is switched off. */
const settings: Settings = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  max_connections: 100,
  shared_buffers: '128MB',
  jit: 'off',
  // The backend of a client that died stops its query within this time.
  client_connection_check_interval: '5s',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] %u@%d ',
  log_checkpoints: 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
  // `launch` reads the log, so its language is fixed.
  lc_messages: 'C',
}

export interface Launched extends Postmaster {
  /** Bytes of the log that earlier runs wrote. */
  readonly logStart: number
}

/**
 * Starts PostgreSQL on the cluster. It is not ready on return, and may end at once: look at it with `isPostmaster`.
 * It leads a process group of its own, so that Ctrl-C in a terminal does not reach it before our server has drained,
 * and writes to a file, so that it needs nobody to read its output. Nothing of it keeps this process from ending.
 */
export async function launch(place: Place, extra: Settings): Promise<Launched> {
  const port = await freePort()
  const socketDir = socketFits(place.cluster) ? place.cluster : null
  const log = await openLog(place)
  try {
    const { size } = await log.stat()
    const child = spawn(`${place.native}/bin/postgres`, argumentsFor(place.cluster, { port, socketDir }, extra), {
      cwd: '/',
      ...programEnv(),
      ...place.account,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      windowsHide: true,
    })
    const pid = await pidOf(child)
    child.unref()
    return { pid, port, socketDir, logStart: size }
  } finally {
    await log.close()
  }
}

async function pidOf(child: ChildProcess): Promise<number> {
  await once(child, 'spawn')
  if (child.pid === undefined) throw new Error('a process without a pid')
  return child.pid
}

/** The socket lives in the cluster's directory, which lets in its owner and root only. */
const socketFits = (directory: string): boolean =>
  process.platform !== 'win32' && Buffer.byteLength(`${directory}/.s.PGSQL.65535`) <= socketPathBytes

function argumentsFor(cluster: string, at: { port: number; socketDir: string | null }, extra: Settings): string[] {
  const where: Settings = {
    listen_addresses: '127.0.0.1',
    port: at.port,
    // A list, whose items are quoted like identifiers.
    unix_socket_directories: at.socketDir === null ? '' : `"${at.socketDir.replaceAll('"', '""')}"`,
  }
  const all = Object.entries({ ...settings, ...extra, ...where })
  return ['-D', cluster, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
