import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { freePort } from '@codetether/server/db/embedded/free-port'
import { findPeer, type Peer } from '@codetether/testing/find-peer'
import { waitUntil } from '@codetether/testing/wait-until'
import { endsWithUs } from '../journeys/data-directory.ts'

/** A kind of bus, as an operator would run and name it. */
export interface BusKind {
  name: 'redis' | 'nats'
  peer: Peer
  setting: string
  scheme: string
  /** The scheme with TLS. */
  secure: string
  /** Flags for one on loopback that keeps nothing. */
  flags(port: number, doors: Doors): string[]
}

/** Who is let in. */
export interface Doors {
  login?: Login
  /** Paths of a certificate and its key. */
  tls?: { cert: string; key: string }
}

export interface Login {
  user: string
  password: string
  /** The channels that it may use, `codetether.hints.*` unless they are named. */
  channels?: string
}

/** Of the login of Redis, as docs/operations.md has them. */
const permissions = (channels = 'codetether.hints.*') => [
  'resetchannels',
  `&${channels}`,
  '+publish',
  '+subscribe',
  '+ping',
]

export const redis: BusKind = {
  name: 'redis',
  peer: findPeer('redis-server'),
  setting: 'A2A_REDIS_URL',
  scheme: 'redis',
  secure: 'rediss',
  flags: (port, { login, tls }) => [
    ...['--port', tls ? '0' : `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'],
    ...(login
      ? ['--user', 'default', 'off', '--user', login.user, 'on', `>${login.password}`, ...permissions(login.channels)]
      : []),
    ...(tls ? ['--tls-port', `${port}`, '--tls-cert-file', tls.cert, '--tls-key-file', tls.key] : []),
    ...(tls ? ['--tls-auth-clients', 'no'] : []),
  ],
}

export const nats: BusKind = {
  name: 'nats',
  peer: findPeer('nats-server'),
  setting: 'A2A_NATS_URL',
  scheme: 'nats',
  secure: 'tls',
  flags: (port, { login, tls }) => [
    ...['--addr', '127.0.0.1', '--port', `${port}`],
    ...(login ? ['--user', login.user, '--pass', login.password] : []),
    ...(tls ? ['--tls', '--tlscert', tls.cert, '--tlskey', tls.key] : []),
  ],
}

/** A bus of one test on a port of its own: nobody else's is emptied, stopped or written to. Disposing ends it. */
export interface BusServer extends AsyncDisposable {
  url: string
  port: number
  start(): Promise<void>
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>
  /** SIGSTOP: it takes connections and answers nothing. Resolves when that is so. */
  pause(): Promise<void>
  /** SIGCONT */
  resume(): void
}

/** A bus that is not running yet. */
export async function busServer(kind: BusKind, doors: Doors = {}): Promise<BusServer> {
  const port = await freePort()
  let running: { pid: number; kill(signal: NodeJS.Signals): void; exited: Promise<unknown> } | null = null
  const guard = endsWithUs(() => running?.pid ?? null)
  const { login, tls } = doors
  const credentials = login ? `${login.user}:${encodeURIComponent(login.password)}@` : ''
  const kill = async () => {
    running?.kill('SIGKILL')
    await running?.exited
    running = null
  }
  return {
    url: tls ? `${kind.secure}://${credentials}localhost:${port}` : `${kind.scheme}://${credentials}127.0.0.1:${port}`,
    port,
    async start() {
      const child = spawn(kind.peer.path, kind.flags(port, doors), { stdio: ['ignore', 'pipe', 'pipe'] })
      let log = ''
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', chunk => (log += chunk))
      await once(child, 'spawn')
      running = {
        pid: child.pid ?? 0,
        kill: signal => void child.kill(signal),
        exited: once(child, 'exit'),
      }
      await waitUntil(`${kind.name} listens`, () => {
        if (child.exitCode !== null) throw new Error(`${kind.name} ended: ${log}`)
        return accepts(port)
      })
    },
    kill,
    async pause() {
      running?.kill('SIGSTOP')
      await waitUntil(`${kind.name} is stopped`, () => running === null || isStopped(running.pid))
    },
    resume: () => running?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await kill()
      guard[Symbol.dispose]()
    },
  }
}

/** All of its threads, which stop one after the other. Where that cannot be seen, it is taken for granted. */
function isStopped(pid: number): boolean {
  if (process.platform !== 'linux') return true
  try {
    const stats = readdirSync(`/proc/${pid}/task`).map(thread =>
      readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'),
    )
    return stats.every(stat => /\) T /.test(stat))
  } catch {
    // A thread has ended meanwhile.
    return false
  }
}

const accepts = (port: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = createConnection({ host: '127.0.0.1', port })
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
