import { Socket } from 'node:net'
import type { Client } from 'pg'
import { logTail } from './log-file.ts'
import type { Obtained } from './obtain.ts'
import { takeOwnerLock } from './owner-lock.ts'
import type { Place } from './place.ts'
import { reach } from './reach.ts'
import { stopPostmaster } from './stop-postmaster.ts'

/** How PostgreSQL ended, or was lost to another server. */
export interface EmbeddedExit {
  /** True if we stopped it. */
  readonly expected: boolean
  readonly reason: string
}

export interface Ownership {
  readonly exited: Promise<EmbeddedExit>
  stop(): Promise<void>
}

const regainMs = 30_000

/** Keeps the owner's lock for as long as PostgreSQL runs, and stops it at the end. */
export function keepOwnership(
  place: Place,
  { postmaster, owner }: Obtained,
  { password, stopTimeoutMs }: { password: string; stopTimeoutMs: number },
): Ownership {
  const exit = Promise.withResolvers<EmbeddedExit>()
  let current: Client | null = null
  let stopped: Promise<void> | null = null

  function hold(client: Client): void {
    current = client
    // An idle connection must not keep the process from ending.
    const { stream } = client.connection
    if (stream instanceof Socket) stream.unref()
    client.once('end', () => {
      current = null
      if (stopped === null) void regain()
    })
  }

  /** After the crash of one backend PostgreSQL ends all of them and goes on: the lock is lost, but not its process. */
  async function regain(): Promise<void> {
    const target = { password, deadline: performance.now() + regainMs }
    const client = await reach(place.cluster, postmaster, target).catch(() => null)
    const locked = client !== null && (await takeOwnerLock(client).catch(() => false))
    if (stopped !== null) return void (await client?.end())
    if (locked) return hold(client)
    await client?.end()
    const reason =
      client === null
        ? `PostgreSQL ended. Its log ends with:\n${await logTail(place.cluster)}`
        : `another server has taken over ${place.cluster}`
    exit.resolve({ expected: false, reason })
    stopped = Promise.resolve()
  }

  async function stop(): Promise<void> {
    await stopPostmaster(place, postmaster.pid, stopTimeoutMs)
    await current?.end()
    exit.resolve({ expected: true, reason: 'PostgreSQL was stopped' })
  }

  hold(owner)
  return { exited: exit.promise, stop: () => (stopped ??= stop()) }
}
