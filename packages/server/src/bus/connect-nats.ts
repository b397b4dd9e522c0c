import { setImmediate as turn } from 'node:timers/promises'
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'
import type { BusConnection, ConnectOptions } from './bus-connection.ts'
import { loginOf } from './login-of.ts'

export async function connectNats({
  url,
  channel,
  onMessage,
  timeoutMs,
  signal,
}: ConnectOptions): Promise<BusConnection> {
  signal.throwIfAborted()
  const connection = await unlessAborted(connect({ ...addressOf(url), timeout: timeoutMs }), signal)
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const close = () => {
    connection.close().catch(() => undefined)
    end()
  }
  signal.addEventListener('abort', close)
  void connection.closed().then(() => {
    signal.removeEventListener('abort', close)
    end()
  })
  // What is not permitted is told beside the call that has asked for it: with the answer to the next ping, a turn later.
  let refusal: Error | null = null
  watchErrors(connection, error => {
    refusal = error
  }).catch(() => undefined)
  const flush = async () => {
    await connection.flush()
    await turn()
    if (refusal) throw refusal
  }
  try {
    connection.subscribe(channel, { callback: (error, message) => void (error ?? onMessage(message.string())) })
    await flush()
  } catch (error) {
    close()
    throw error
  }
  return {
    publish: async message => {
      connection.publish(channel, message)
      await flush()
    },
    ping: flush,
    ended,
    close,
  }
}

/** The library waits for its time limit, whoever still waits for it: a connection that comes too late is closed. */
async function unlessAborted(opening: Promise<NatsConnection>, signal: AbortSignal): Promise<NatsConnection> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => {
    opening.then(connection => connection.close()).catch(() => undefined)
    reject(signal.reason)
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([opening, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function watchErrors(connection: NatsConnection, onError: (error: Error) => void): Promise<void> {
  for await (const status of connection.status()) if (status.type === 'error') onError(status.error)
}

const addressOf = (url: string): NodeConnectionOptions => {
  const { protocol, host } = new URL(url)
  const { user, password } = loginOf(url)
  return {
    servers: host,
    name: 'codetether',
    ...(password === '' ? user !== '' && { token: user } : { user, pass: password }),
    // Without it TLS is spoken only where the server asks for it.
    ...(protocol === 'tls:' && { tls: {} }),
    noEcho: true,
    // Who opens it again, and when, is decided in one place for every bus.
    reconnect: false,
  }
}
