import { z } from 'zod'
import type { BusConfig } from './config.ts'
import { maskLogin } from './mask.ts'
import { settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'

const shownIf = (setting: BusConfig['setting'], bus: BusConfig | undefined): string | undefined =>
  bus?.setting === setting ? maskLogin(bus.url) : undefined

/** What carries hints between replicas instead of PostgreSQL. */
export const busSettings = {
  redisUrl: type.redisUrl.optional().register(settingFacts, {
    group: 'Replicas',
    env: ['A2A_REDIS_URL'],
    description:
      'Redis through which replicas wake each other, as redis://user:password@host:6379 or rediss:// for TLS. Nothing is stored there.',
    unset: 'PostgreSQL carries the hints',
    secret: true,
    show: ({ bus }) => shownIf('A2A_REDIS_URL', bus),
  }),
  useRedis: type.flagWord.optional().register(settingFacts, {
    group: 'Replicas',
    env: ['USE_REDIS'],
    description: 'true: the Redis of REDIS_URL too may carry the hints. false: no Redis does.',
    unset: 'true with A2A_REDIS_URL',
    show: config => String(config.bus?.kind === 'redis'),
  }),
  // Not judged by itself: the variable is common, and without USE_REDIS it is meant for another program.
  commonRedisUrl: z
    .string()
    .optional()
    .register(settingFacts, {
      group: 'Replicas',
      env: ['REDIS_URL'],
      description: 'The same as A2A_REDIS_URL, which wins over it. Read only with USE_REDIS=true.',
      secret: true,
      show: ({ bus }) => shownIf('REDIS_URL', bus),
    }),
  natsUrl: type.natsUrl.optional().register(settingFacts, {
    group: 'Replicas',
    env: ['A2A_NATS_URL'],
    description:
      'NATS through which replicas wake each other, as nats://user:password@host:4222 or tls:// for TLS. Instead of Redis.',
    secret: true,
    show: ({ bus }) => shownIf('A2A_NATS_URL', bus),
  }),
}
