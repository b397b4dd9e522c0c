import { connectNats } from '@codetether/server/bus/connect-nats'
import { connectRedis } from '@codetether/server/bus/connect-redis'

// Tries a bus in a process of its own, which may trust other authorities, and says what came of it.

const url = process.argv[2] ?? ''
const connect = url.startsWith('redis') ? connectRedis : connectNats
const heard = Promise.withResolvers<string>()
try {
  const options = { url, channel: 'test', timeoutMs: 5_000, signal: new AbortController().signal }
  const connection = await connect({ ...options, onMessage: heard.resolve })
  const second = await connect({ ...options, onMessage: () => undefined })
  await second.publish('hello over TLS')
  console.log(await heard.promise)
  for (const each of [connection, second]) each.close()
} catch (error) {
  console.log(error)
}
