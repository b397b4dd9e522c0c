import type { BusConfig } from '../config/config.ts'
import type { Logger } from '../logger.ts'
import type { Connect } from './bus-connection.ts'
import type { Carrier } from './carrier.ts'
import { keepOpen } from './keep-open.ts'
import { createSeal } from './seal.ts'

export interface BusOptions {
  config: BusConfig
  /** Makes a key of its own for each purpose. Who has the same keys shares the channel. */
  deriveKey(purpose: string): Buffer
  log: Logger
  /** A message of somebody with the same keys, or of oneself. */
  onMessage(message: string): void
  /** The bus is there, for the first time or again: what was said in between is lost. */
  onOpen(): void
  /** How long an answer of the bus may take, and how often it is asked for one. */
  answerMs?: number
}

/** The channel of all that have the same keys. Its name says nothing about them. */
export const channelOf = (deriveKey: BusOptions['deriveKey']): string =>
  `codetether.hints.${deriveKey('hint channel').toString('hex', 0, 16)}`

/** Only what is configured is loaded. */
const connectors: Record<BusConfig['kind'], () => Promise<Connect>> = {
  redis: async () => (await import('./connect-redis.ts')).connectRedis,
  nats: async () => (await import('./connect-nats.ts')).connectNats,
}

/**
 * Opens the configured bus, and keeps it open. A bus that is away delays the start by at most five seconds, and stops
 * nothing: what is published meanwhile is dropped.
 */
export async function openBus(options: BusOptions): Promise<Carrier & AsyncDisposable> {
  const { config, deriveKey, log, onMessage, onOpen, answerMs = 5_000 } = options
  const connect = await connectors[config.kind]()
  const channel = channelOf(deriveKey)
  const seal = createSeal(deriveKey('hints'))
  const bus = { bus: config.kind }
  const kept = await keepOpen({
    answerMs,
    connect: signal =>
      connect({
        signal,
        url: config.url,
        channel,
        timeoutMs: answerMs,
        onMessage(sealed) {
          const message = seal.open(sealed)
          if (message !== null) onMessage(message)
        },
      }),
    onOpen() {
      log.info(bus, 'the hint bus is open')
      onOpen()
    },
    onLost: reason =>
      log.warn(
        // No more of it: errors of ioredis hold the command that was refused, which is AUTH with the password.
        { ...bus, setting: config.setting, reason: reason instanceof Error ? reason.message : 'it has ended' },
        'the hint bus is away: replicas look for news every two seconds until it is back',
      ),
  })
  return {
    kind: config.kind,
    isUp: kept.isUp,
    publish: message => kept.publish(seal.close(message)),
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  }
}
