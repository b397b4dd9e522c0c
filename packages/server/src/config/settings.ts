import { limits } from '@codetether/protocol/limits'
import { z } from 'zod'
import { authTokens } from './auth-tokens.ts'
import { type Config, logFormats } from './config.ts'
import { mask, maskUrl } from './mask.ts'
import * as type from './setting-types.ts'

export const settingGroups = [
  'HTTP',
  'Access',
  'Logs',
  'Traces',
  'Agent card',
  'Database and secrets',
  'Tasks',
] as const

/** What is known about a setting beside its type and default. */
export interface SettingFacts {
  group: (typeof settingGroups)[number]
  /** Environment variables that carry it; the first is its name, the others are aliases from older documents. */
  env: readonly [string, ...string[]]
  /** The flag of `codetether serve` that carries it. */
  flag?: string
  description: string
  /** Its text carries a secret: no message repeats it, and `show` masks it. */
  secret?: true
  /** Guards a door: a variable whose name is nearly this one refuses the start. */
  security?: true
  /** The default in words, where it depends on something. */
  unset?: string
  /** Its effective value as text; undefined if it is not set. */
  show: (config: Config) => string | undefined
}

export const settingFacts = z.registry<SettingFacts>()

const list = (values: readonly string[]): string | undefined => (values.length === 0 ? undefined : values.join(','))

const masked = (names: Iterable<string> = []): string | undefined => list([...names].map(name => `${name}=${mask}`))

/** Long enough for everybody, and short enough for the dates that PostgreSQL derives from it. */
const days = type.wholeNumber(1, 10_000)

/** Every setting of the server. What is not here is not read. */
export const Settings = z.object({
  host: type.host.default('127.0.0.1').register(settingFacts, {
    group: 'HTTP',
    env: ['A2A_HOST'],
    flag: '--host',
    description: 'Address to bind. Any other than a loopback address needs A2A_AUTH_TOKENS.',
    security: true,
    show: config => config.http.host,
  }),
  port: type
    .wholeNumber(0, 65_535)
    .default(8000)
    .register(settingFacts, {
      group: 'HTTP',
      env: ['A2A_PORT'],
      flag: '--port',
      description: 'Port to bind; 0 takes any free one.',
      show: config => String(config.http.port),
    }),
  publicUrl: type.webUrl.optional().register(settingFacts, {
    group: 'HTTP',
    env: ['A2A_PUBLIC_URL', 'A2A_BASE_URL'],
    flag: '--public-url',
    description: 'Where callers reach the server; the agent card names it. Set it behind a proxy.',
    unset: 'the bound address',
    show: config => config.http.publicUrl,
  }),
  allowedHosts: type
    .commaList(type.host)
    .default([])
    .register(settingFacts, {
      group: 'HTTP',
      env: ['A2A_ALLOWED_HOSTS'],
      description:
        'Host names that requests may carry beside the loopback names, the public URL’s and the bound address.',
      security: true,
      show: config => list(config.http.allowedHosts),
    }),
  trustedProxies: type
    .commaList(type.addressBlock)
    .default([])
    .register(settingFacts, {
      group: 'HTTP',
      env: ['A2A_TRUSTED_PROXIES'],
      description: 'Addresses or CIDR blocks of proxies whose X-Forwarded-* headers are believed.',
      security: true,
      show: config => list(config.http.trustedProxies),
    }),
  corsOrigins: type
    .commaList(type.origin)
    .default([])
    .register(settingFacts, {
      group: 'HTTP',
      env: ['CORS_ALLOWED_ORIGINS', 'A2A_CORS_ALLOWED_ORIGINS'],
      description: 'Origins of web pages that may call the server, beside its own.',
      security: true,
      show: config => list(config.http.corsOrigins),
    }),
  corsReplacesDefaults: type.flagWord.default(false).register(settingFacts, {
    group: 'HTTP',
    env: ['CORS_REPLACE_DEFAULT_ORIGINS'],
    description: 'true: only the origins of CORS_ALLOWED_ORIGINS may call, not even the server’s own.',
    security: true,
    show: config => String(config.http.corsReplacesDefaults),
  }),
  authTokens: authTokens.optional().register(settingFacts, {
    group: 'Access',
    env: ['A2A_AUTH_TOKENS'],
    description: 'Callers and their tokens, name:token,name2:token2. Tokens have at least 8 characters.',
    secret: true,
    security: true,
    show: config => list([...config.auth.tokens.keys()].map(name => `${name}:${mask}`)),
  }),
  authEnabled: type.flagWord.optional().register(settingFacts, {
    group: 'Access',
    env: ['A2A_AUTH_ENABLED'],
    description:
      'true: every caller needs a token, also on this machine. false: nobody does; only for loopback addresses.',
    security: true,
    unset: 'true if A2A_AUTH_TOKENS is set',
    show: config => String(config.auth.enabled),
  }),
  authHeader: type.headerName.default('authorization').register(settingFacts, {
    group: 'Access',
    env: ['A2A_AUTH_HEADER'],
    description:
      'Header that carries the token: behind “Bearer” in Authorization, bare in any other such as X-API-Key.',
    security: true,
    show: config => config.auth.header,
  }),
  metricsToken: type.token.optional().register(settingFacts, {
    group: 'Access',
    env: ['A2A_METRICS_TOKEN'],
    description: 'A token for Prometheus: it reads /metrics and nothing else. Those of A2A_AUTH_TOKENS do too.',
    secret: true,
    security: true,
    show: config => (config.auth.metricsToken === undefined ? undefined : mask),
  }),
  insecure: type.flagWord.default(false).register(settingFacts, {
    group: 'Access',
    env: ['A2A_INSECURE'],
    flag: '--insecure',
    description: 'true: start although anybody who reaches the port is let in. For closed networks only.',
    security: true,
    show: config => String(config.insecure),
  }),
  logLevel: type.logLevel.default('info').register(settingFacts, {
    group: 'Logs',
    env: ['A2A_LOG_LEVEL'],
    flag: '--log-level',
    description: 'trace, debug, info, warn, error, fatal or silent.',
    show: config => config.log.level,
  }),
  logFormat: z
    .enum(logFormats, { error: 'must be json or pretty' })
    .optional()
    .register(settingFacts, {
      group: 'Logs',
      env: ['A2A_LOG_FORMAT'],
      flag: '--log-format',
      description: 'json or pretty.',
      unset: 'pretty on a terminal, else json',
      show: config => config.log.format,
    }),
  otlpEndpoint: type.webUrl.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    description: 'Base URL of an OpenTelemetry collector; spans are posted to /v1/traces below it as OTLP in JSON.',
    unset: 'nothing is traced',
    show: config => config.traces.endpoint,
  }),
  otlpTracesEndpoint: type.webUrl.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    description: 'The URL to which spans are posted, if it is not /v1/traces below OTEL_EXPORTER_OTLP_ENDPOINT.',
    show: config => config.traces.tracesEndpoint,
  }),
  otlpHeaders: type.pairs.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_HEADERS'],
    description: 'Headers for the collector, name=value,name2=value2, values percent-encoded.',
    secret: true,
    show: config => masked(config.traces.headers.keys()),
  }),
  otlpTracesHeaders: type.pairs.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_TRACES_HEADERS'],
    description: 'The same for traces only; they win over those of OTEL_EXPORTER_OTLP_HEADERS.',
    secret: true,
    show: config => masked(config.traces.tracesHeaders?.keys()),
  }),
  otlpProtocol: type.otlpProtocol.default('http/json').register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_PROTOCOL'],
    description: 'http/json; http/protobuf means JSON too, which collectors take at the same URL. There is no gRPC.',
    show: config => config.traces.protocol,
  }),
  otlpTracesProtocol: type.otlpProtocol.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'],
    description: 'The same for traces only.',
    show: config => config.traces.tracesProtocol,
  }),
  otelTracesExporter: z
    .enum(['otlp', 'none'], { error: 'must be otlp or none' })
    .default('otlp')
    .register(settingFacts, {
      group: 'Traces',
      env: ['OTEL_TRACES_EXPORTER'],
      description: 'none: nothing is traced.',
      show: config => config.traces.exporter,
    }),
  otelDisabled: type.flagWord.default(false).register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_SDK_DISABLED'],
    description: 'true: nothing is traced.',
    show: config => String(config.traces.disabled),
  }),
  otelServiceName: type
    .text(255)
    .default('codetether')
    .register(settingFacts, {
      group: 'Traces',
      env: ['OTEL_SERVICE_NAME'],
      description: 'The name of this service in traces.',
      show: config => config.traces.serviceName,
    }),
  otelResource: type.pairs.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_RESOURCE_ATTRIBUTES'],
    description: 'Further attributes of this service in traces, name=value,name2=value2.',
    show: config => list([...config.traces.resource].map(([name, value]) => `${name}=${value}`)),
  }),
  otelSampler: type.samplerName.default('parentbased_always_on').register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_TRACES_SAMPLER'],
    description:
      'Which requests are traced. The parentbased_ ones follow the decision of a caller that sends traceparent.',
    show: config => config.traces.sampler.name,
  }),
  otelSamplerRatio: type.ratio.default(1).register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_TRACES_SAMPLER_ARG'],
    description: 'The part of the traces that the samplers with traceidratio keep, from 0 to 1.',
    show: config => String(config.traces.sampler.ratio),
  }),
  agentName: type
    .text(128)
    .default('CodeTether')
    .register(settingFacts, {
      group: 'Agent card',
      env: ['A2A_AGENT_NAME'],
      flag: '--name',
      description: 'Name of this server on its agent card.',
      show: config => config.agent.name,
    }),
  agentDescription: type
    .text(1024)
    .default('Control plane for AI agents: durable tasks over A2A.')
    .register(settingFacts, {
      group: 'Agent card',
      env: ['A2A_AGENT_DESCRIPTION'],
      flag: '--description',
      description: 'What the agent card says this server is for.',
      show: config => config.agent.description,
    }),
  organization: type
    .text(128)
    .optional()
    .register(settingFacts, {
      group: 'Agent card',
      env: ['A2A_AGENT_ORG'],
      description: 'Organization that runs this server; becomes the card’s provider.',
      show: config => config.agent.organization?.name,
    }),
  organizationUrl: type.webUrl.optional().register(settingFacts, {
    group: 'Agent card',
    env: ['A2A_AGENT_ORG_URL'],
    description: 'Web site of the organization.',
    unset: 'the server’s own URL',
    show: config => config.agent.organization?.url,
  }),
  publicSkills: type
    .commaList(type.text(256))
    .optional()
    .register(settingFacts, {
      group: 'Agent card',
      env: ['A2A_PUBLIC_SKILLS'],
      description:
        'Ids of the skills on the public card. The others stand on the extended card alone, for callers with a token.',
      security: true,
      unset: 'all, and there is no extended card',
      show: config => config.agent.publicSkills?.join(','),
    }),
  databaseUrl: type.postgresUrl.optional().register(settingFacts, {
    group: 'Database and secrets',
    env: ['DATABASE_URL', 'A2A_DATABASE_URL'],
    flag: '--database-url',
    description:
      'PostgreSQL 15 or newer, as postgres://user:password@host/database?sslmode=verify-full. Add pgbouncer=true for a pooler of transactions.',
    unset: 'an embedded PostgreSQL in the data directory',
    secret: true,
    security: true,
    show: config => (config.database.kind === 'external' ? maskUrl(config.database.url) : undefined),
  }),
  databaseAdminUrl: type.postgresUrl.optional().register(settingFacts, {
    group: 'Database and secrets',
    env: ['DATABASE_ADMIN_URL'],
    description: 'Privileged login that migrates and creates the roles; the server itself never serves with it.',
    secret: true,
    security: true,
    show: config =>
      config.database.kind === 'external' && config.database.adminUrl !== undefined
        ? maskUrl(config.database.adminUrl)
        : undefined,
  }),
  databaseDirectUrl: type.postgresUrl.optional().register(settingFacts, {
    group: 'Database and secrets',
    env: ['DATABASE_DIRECT_URL'],
    description:
      'The database itself where DATABASE_URL leads to a pooler: migrations and notifications need a session.',
    secret: true,
    security: true,
    unset: 'DATABASE_URL, unless that is a pooler',
    show: config =>
      config.database.kind === 'external' && config.database.directUrl !== undefined
        ? maskUrl(config.database.directUrl)
        : undefined,
  }),
  poolSize: type
    .wholeNumber(1, 1_000)
    .default(10)
    .register(settingFacts, {
      group: 'Database and secrets',
      env: ['DATABASE_POOL_SIZE'],
      description: 'Most database connections that requests take at once. Background work takes up to 4 more.',
      show: config => String(config.database.poolSize),
    }),
  unsafeDatabase: type.flagWord.default(false).register(settingFacts, {
    group: 'Database and secrets',
    env: ['CODETETHER_UNSAFE_DATABASE'],
    description:
      'true: serve from a DATABASE_URL with fsync, full_page_writes or synchronous_commit off, which may lose what was acknowledged. For development.',
    show: config => String(config.database.kind === 'external' && config.database.acceptsUnsafe),
  }),
  dataDir: type
    .text(1024)
    .default('.codetether')
    .register(settingFacts, {
      group: 'Database and secrets',
      env: ['CODETETHER_DATA_DIR'],
      flag: '--data-dir',
      description: 'Directory for the embedded database and its secret.',
      unset: '.codetether in the current directory',
      show: config => config.dataDir,
    }),
  secretKey: type.secretKey.optional().register(settingFacts, {
    group: 'Database and secrets',
    env: ['CODETETHER_SECRET_KEY'],
    description: 'Master secret, at least 32 random characters, the same on every replica. Needed with DATABASE_URL.',
    secret: true,
    security: true,
    unset: 'made at the first start and kept in the data directory',
    show: config => (config.secretKey === undefined ? undefined : mask),
  }),
  rowLevelSecurity: type.flagWord
    .refine(on => on, {
      error:
        'cannot be false: row-level security is what keeps tenants apart, and it is always on. Unset it or set true',
    })
    .default(true)
    .register(settingFacts, {
      group: 'Database and secrets',
      env: ['RLS_ENABLED'],
      description: 'Row-level security is always on; false refuses the start.',
      security: true,
      show: () => 'true',
    }),
  blockingSeconds: type
    .wholeNumber(1, 600)
    .default(limits.blockingSendMs / 1000)
    .register(settingFacts, {
      group: 'Tasks',
      env: ['A2A_BLOCKING_TIMEOUT_SECONDS'],
      description: 'How long a blocking message/send waits for its task before it answers with the task as it is.',
      show: config => String(config.blockingMs / 1000),
    }),
  maxRunningTasks: type
    .wholeNumber(1, 10_000)
    .default(limits.runningTasks)
    .register(settingFacts, {
      group: 'Tasks',
      env: ['CODETETHER_MAX_RUNNING_TASKS'],
      description: 'How many tasks this process runs at once; more of them wait, or run on another replica.',
      show: config => String(config.maxRunningTasks),
    }),
  leaseSeconds: type
    .wholeNumber(1, 3_600)
    .default(limits.leaseMs / 1000)
    .register(settingFacts, {
      group: 'Tasks',
      env: ['CODETETHER_LEASE_SECONDS'],
      description: 'How long a task stays with a replica that is not heard of before another one takes it over.',
      show: config => String(config.leaseMs / 1000),
    }),
  retentionDays: days.optional().register(settingFacts, {
    group: 'Tasks',
    env: ['CODETETHER_RETENTION_DAYS'],
    description: 'Tasks that ended more than so many days ago are deleted with all that belongs to them.',
    unset: 'tasks are kept for ever',
    show: config => config.retention.taskDays?.toString(),
  }),
  eventRetentionDays: days.optional().register(settingFacts, {
    group: 'Tasks',
    env: ['CODETETHER_EVENT_RETENTION_DAYS'],
    description: 'Event logs of tasks that ended more than so many days ago are deleted; the tasks stay as they are.',
    unset: 'as long as the task',
    show: config => config.retention.eventDays?.toString(),
  }),
})

export type SettingValues = z.output<typeof Settings>
export type SettingKey = keyof SettingValues
