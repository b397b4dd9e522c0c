import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Logger } from '../logger.ts'
import type { DatabaseAddress } from './address.ts'
import { connect } from './connect.ts'

/** What an instance needs of a connection of its own, which it keeps for as long as it lives. */
export interface Session extends AsyncDisposable {
  isUp(): boolean
  /** Sends a notification on the channel. @returns whether it is out: dropped without a connection. */
  notify(payload: string): Promise<boolean>
}

export interface SessionOptions {
  address: DatabaseAddress
  /** Its advisory lock tells the others that this instance lives. */
  instanceId: string
  channel: string
  /** Null: it does not listen. */
  onNotification: ((payload: string) => void) | null
  /** The session is there, for the first time or again: what was notified in between is lost. */
  onOpen(): Promise<void>
  log: Logger
}

const retryMs = 250
const retryMostMs = 5_000

interface Opened {
  client: Client
  ended: Promise<void>
}

/** Opens the session of an instance and keeps it open: it comes back after each loss. Throws if it cannot be had at first. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const closing = new AbortController()
  let current = await openClient(options)
  let isUp = true
  const keep = async () => {
    for (;;) {
      await current.ended
      isUp = false
      if (closing.signal.aborted) return
      options.log.warn('the session of this instance was lost, opening it again')
      const next = await reopen(options, closing.signal)
      if (!next) return
      current = next
      isUp = true
      // Closed while it came back: whoever closes has ended the one before.
      if (closing.signal.aborted) return await next.client.end().catch(() => undefined)
    }
  }
  const kept = keep()
  return {
    isUp: () => isUp,
    async notify(payload) {
      try {
        await current.client.query('select pg_notify($1, $2)', [options.channel, payload])
        return true
      } catch (error) {
        options.log.debug({ err: error }, 'hints could not be sent')
        return false
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await current.client.end().catch(() => undefined)
      await kept
    },
  }
}

async function openClient({ address, instanceId, channel, onNotification, onOpen }: SessionOptions): Promise<Opened> {
  const client = await connect(address, { name: 'codetether-session' })
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  client.once('end', resolve)
  try {
    client.on('notification', ({ payload }) => onNotification?.(payload ?? ''))
    // Shared: the backend of a connection that was lost may hold it a little longer.
    await client.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [instanceId])
    if (onNotification) await client.query(`listen ${client.escapeIdentifier(channel)}`)
    await onOpen()
    return { client, ended }
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}

/** @returns null when the session is not wanted any more. */
async function reopen(options: SessionOptions, closing: AbortSignal): Promise<Opened | null> {
  for (let wait = retryMs; !closing.aborted; wait = Math.min(2 * wait, retryMostMs)) {
    try {
      return await openClient(options)
    } catch (error) {
      options.log.debug({ err: error }, 'the session of this instance cannot be opened yet')
    }
    await delay(wait, undefined, { signal: closing }).catch(() => undefined)
  }
  return null
}
