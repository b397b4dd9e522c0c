import type { BusConfig } from './config.ts'
import type { SettingValues } from './settings.ts'

type BusValues = Pick<SettingValues, 'redisUrl' | 'useRedis' | 'commonRedisUrl' | 'natsUrl'>

const redisOf = ({ redisUrl, useRedis, commonRedisUrl }: BusValues): BusConfig | undefined => {
  if (useRedis === false) return undefined
  if (redisUrl !== undefined) return { kind: 'redis', url: redisUrl, setting: 'A2A_REDIS_URL' }
  return useRedis && commonRedisUrl !== undefined
    ? { kind: 'redis', url: commonRedisUrl, setting: 'REDIS_URL' }
    : undefined
}

/** All that are asked for: more than one is a contradiction. */
export const chosenBuses = (values: BusValues): BusConfig[] => {
  const redis = redisOf(values)
  const nats = values.natsUrl
  return [
    ...(redis ? [redis] : []),
    ...(nats === undefined ? [] : [{ kind: 'nats', url: nats, setting: 'A2A_NATS_URL' } as const]),
  ]
}
