import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BusConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { describeSettings } from './effective-settings.ts'
import { loadConfig } from './load-config.ts'

const external = {
  DATABASE_URL: 'postgres://db/tasks',
  CODETETHER_SECRET_KEY: 'q8Zk3vT0xW7bN5mC1rY9sD2fG4hJ6lPa',
}
const load = (env: Record<string, string>) => loadConfig({ ...external, ...env })

const chosen: [env: Record<string, string>, bus: BusConfig | undefined][] = [
  [{}, undefined],
  [{ A2A_REDIS_URL: 'redis://r:1' }, { kind: 'redis', url: 'redis://r:1', setting: 'A2A_REDIS_URL' }],
  [{ A2A_REDIS_URL: 'rediss://u:p@[::1]/0' }, { kind: 'redis', url: 'rediss://u:p@[::1]/0', setting: 'A2A_REDIS_URL' }],
  [{ A2A_REDIS_URL: 'redis://r', USE_REDIS: 'false' }, undefined],
  [{ REDIS_URL: 'of somebody else' }, undefined],
  [
    { REDIS_URL: 'redis://r', USE_REDIS: 'true' },
    { kind: 'redis', url: 'redis://r', setting: 'REDIS_URL' },
  ],
  [
    { REDIS_URL: 'redis://theirs', A2A_REDIS_URL: 'redis://ours', USE_REDIS: 'true' },
    { kind: 'redis', url: 'redis://ours', setting: 'A2A_REDIS_URL' },
  ],
  [{ A2A_NATS_URL: 'nats://token@n:4222' }, { kind: 'nats', url: 'nats://token@n:4222', setting: 'A2A_NATS_URL' }],
  [
    { A2A_NATS_URL: 'tls://n', A2A_REDIS_URL: 'redis://r', USE_REDIS: 'false' },
    { kind: 'nats', url: 'tls://n', setting: 'A2A_NATS_URL' },
  ],
]

for (const [env, bus] of chosen) {
  test(`${JSON.stringify(env)} chooses ${bus?.setting ?? 'PostgreSQL'} for the hints`, () => {
    const { config, notices } = load(env)
    assert.deepEqual(config.bus, bus)
    assert.deepEqual(notices, [])
  })
}

const refused: [env: Record<string, string>, name: string, why: RegExp][] = [
  [{ USE_REDIS: 'true' }, 'USE_REDIS', /no Redis is named/],
  [{ USE_REDIS: 'true', REDIS_URL: 'host:6379/secret' }, 'REDIS_URL', /such as redis:/],
  [{ A2A_REDIS_URL: 'http://r' }, 'A2A_REDIS_URL', /such as redis:/],
  [{ A2A_REDIS_URL: 'redis://u:%zz@r' }, 'A2A_REDIS_URL', /such as redis:/],
  [{ A2A_REDIS_URL: 'rediss://r?ssl_cert_reqs=none' }, 'A2A_REDIS_URL', /without parameters/],
  [{ A2A_NATS_URL: 'nats://a:1,nats://b:1' }, 'A2A_NATS_URL', /one URL such as nats:/],
  [{ A2A_NATS_URL: 'nats://n', A2A_REDIS_URL: 'redis://r' }, 'A2A_NATS_URL', /set beside a Redis/],
  [{ A2A_NATS_URL: 'nats://n', REDIS_URL: 'redis://r', USE_REDIS: 'yes' }, 'A2A_NATS_URL', /set beside a Redis/],
]

for (const [env, name, why] of refused) {
  test(`${JSON.stringify(env)} is refused`, () => {
    assert.throws(
      () => load(env),
      error => {
        assert.ok(error instanceof ConfigError)
        assert.deepEqual(
          error.problems.map(problem => problem.name),
          [name],
        )
        assert.match(error.problems[0]?.description ?? '', why)
        return !error.message.includes('secret')
      },
    )
  })
}

test('credentials of a bus are never shown, a token that stands for the user neither', () => {
  const urls = { A2A_REDIS_URL: 'redis://user:s3cret@r:6379/0', A2A_NATS_URL: 'nats://s3cret@n:4222' }
  for (const [name, url] of Object.entries(urls)) {
    const shown = describeSettings(load({ [name]: url }).settings)
    assert.ok(!shown.includes('s3cret'), shown)
    assert.match(shown, new RegExp(`${name} +\\w+://••••@[rn]:\\d+ +environment`))
  }
  assert.ok(!describeSettings(load({ REDIS_URL: 'redis://:s3cret@r' }).settings).includes('s3cret'))
})

test('a bus beside an embedded database is told to be of no use', () => {
  const { notices } = loadConfig({ A2A_REDIS_URL: 'redis://r' })
  assert.match(notices.join(), /A2A_REDIS_URL has no effect without DATABASE_URL/)
})
