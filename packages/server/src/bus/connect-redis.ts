import { Redis, type RedisOptions } from 'ioredis'
import type { BusConnection, ConnectOptions } from './bus-connection.ts'
import { loginOf } from './login-of.ts'

/** Two connections, because one that is subscribed cannot publish in the protocol that every server speaks. */
export async function connectRedis({
  url,
  channel,
  onMessage,
  timeoutMs,
  signal,
}: ConnectOptions): Promise<BusConnection> {
  const options = { ...addressOf(url), connectTimeout: timeoutMs, commandTimeout: timeoutMs }
  const [sender, receiver] = [new Redis(options), new Redis(options)]
  const clients = [sender, receiver]
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  // What a call rejects with says only that the connection is closed.
  let reason: unknown
  for (const client of clients) {
    client.on('error', error => (reason ??= error))
    client.once('end', end)
  }
  const close = () => {
    for (const client of clients) client.disconnect()
    end()
  }
  signal.addEventListener('abort', close)
  // Half a connection is none.
  void ended.then(() => {
    close()
    signal.removeEventListener('abort', close)
  })
  try {
    await Promise.all(clients.map(client => client.connect()))
    receiver.on('message', (_channel, message) => onMessage(message))
    await receiver.subscribe(channel)
  } catch (error) {
    close()
    throw reason ?? error
  }
  return {
    publish: async message => void (await sender.publish(channel, message)),
    ping: async () => void (await Promise.all(clients.map(client => client.ping()))),
    ended,
    close,
  }
}

const addressOf = (url: string) => {
  const { protocol, hostname, port } = new URL(url)
  const { user, password } = loginOf(url)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    ...(user !== '' && { username: user }),
    ...(password !== '' && { password }),
    ...(protocol === 'rediss:' && { tls: {} }),
    protocol: 2,
    lazyConnect: true,
    // Who opens it again, and when, is decided in one place for every bus.
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResubscribe: false,
    // A login for channels only need not be let at INFO and CLIENT.
    enableReadyCheck: false,
    disableClientInfo: true,
  } satisfies RedisOptions
}
