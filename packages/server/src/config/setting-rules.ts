import { resolveModel } from '@codetether/protocol/work/model-aliases'
import { chosenBuses } from './choose-bus.ts'
import type { SettingProblem } from './config-error.ts'
import { isLoopback } from './exposure.ts'
import { redisUrl, redisUrlError } from './setting-types.ts'
import type { SettingKey, SettingValues } from './settings.ts'

/** A condition over several settings. It is judged only when each of them is valid by itself. */
interface SettingRule {
  about: readonly [SettingKey, ...SettingKey[]]
  broken: (values: SettingValues) => boolean
  description: string
}

const hasTokens = (values: SettingValues): boolean => values.authTokens !== undefined
const isOpen = (values: SettingValues): boolean => !isLoopback(values.host) && !values.insecure

const isTraced = (values: SettingValues): boolean =>
  !values.otelDisabled && (values.otlpEndpoint ?? values.otlpTracesEndpoint) !== undefined
/** The setting that tells the protocol of traces. */
const protocolIn = (values: SettingValues) => (values.otlpTracesProtocol ? 'otlpTracesProtocol' : 'otlpProtocol')

const isUnknown = (wish: string | undefined, { modelAliases = new Map() }: SettingValues): boolean =>
  wish !== undefined && resolveModel(wish, modelAliases) === null
const unknownModel = 'names a model that is neither provider/model nor a known name. Add the name to A2A_MODEL_ALIASES.'

const settingRules: readonly SettingRule[] = [
  {
    about: ['host', 'authTokens', 'authEnabled', 'insecure'],
    broken: values => isOpen(values) && !hasTokens(values) && values.authEnabled === undefined,
    description:
      'is reachable from other machines, and no caller would need a token. Set A2A_AUTH_TOKENS=name:token, ' +
      'or bind 127.0.0.1, or accept it with --insecure (A2A_INSECURE=true).',
  },
  {
    about: ['authEnabled', 'host', 'insecure'],
    broken: values => isOpen(values) && values.authEnabled === false,
    description:
      'is false, but the address is reachable from other machines. Unset it and set A2A_AUTH_TOKENS=name:token, ' +
      'or bind 127.0.0.1, or accept it with --insecure (A2A_INSECURE=true).',
  },
  {
    about: ['authEnabled', 'authTokens'],
    broken: values => values.authEnabled === true && !hasTokens(values),
    description: 'is true, but nobody has a token. Set A2A_AUTH_TOKENS=name:token.',
  },
  {
    about: ['publicSkills', 'authTokens', 'authEnabled'],
    broken: values => values.publicSkills !== undefined && !(hasTokens(values) && values.authEnabled !== false),
    description:
      'keeps skills from callers without a token, but nobody would need one. Set A2A_AUTH_TOKENS=name:token, or unset it.',
  },
  {
    about: ['metricsToken', 'authTokens'],
    broken: values => values.metricsToken !== undefined && !hasTokens(values),
    description: 'is set without A2A_AUTH_TOKENS, so that nobody would be asked for it. Set that too, or neither.',
  },
  ...(['otlpTracesProtocol', 'otlpProtocol'] as const).map(protocol => ({
    about: [protocol, 'otlpEndpoint', 'otlpTracesEndpoint'] as const,
    broken: (values: SettingValues) =>
      isTraced(values) && protocolIn(values) === protocol && values[protocol] === 'grpc',
    description:
      'is grpc, but spans are sent over HTTP. Set http/protobuf and the HTTP port of the collector, 4318 by default.',
  })),
  {
    about: ['grpcTlsCert', 'grpcTlsKey'],
    broken: values => values.grpcTlsCert !== undefined && values.grpcTlsKey === undefined,
    description: 'is set without A2A_GRPC_TLS_KEY, so that there would be no TLS. Set that too, or neither.',
  },
  {
    about: ['grpcTlsKey', 'grpcTlsCert'],
    broken: values => values.grpcTlsKey !== undefined && values.grpcTlsCert === undefined,
    description: 'is set without A2A_GRPC_TLS_CERT, so that there would be no TLS. Set that too, or neither.',
  },
  ...(['grpcTlsCert', 'grpcTlsKey', 'grpcPublicAddress'] as const).map(key => ({
    about: [key, 'grpcPort'] as const,
    broken: (values: SettingValues) => values[key] !== undefined && values.grpcPort === undefined,
    description: 'is set without A2A_GRPC_PORT, so that there is no gRPC. Set that too, or unset it.',
  })),
  {
    about: ['grpcPort', 'port'],
    broken: values => values.grpcPort === values.port && values.port !== 0,
    description: 'is the port of HTTP too. Set another one.',
  },
  {
    about: ['databaseAdminUrl', 'databaseUrl'],
    broken: values => values.databaseAdminUrl !== undefined && values.databaseUrl === undefined,
    description: 'is set without DATABASE_URL. Set that too, or neither for the embedded database.',
  },
  {
    about: ['databaseDirectUrl', 'databaseUrl'],
    broken: values => values.databaseDirectUrl !== undefined && values.databaseUrl === undefined,
    description: 'is set without DATABASE_URL. Set that too, or neither for the embedded database.',
  },
  {
    about: ['secretKey', 'databaseUrl'],
    broken: values => values.databaseUrl !== undefined && values.secretKey === undefined,
    description:
      'is needed with DATABASE_URL, the same on every replica: roles and signatures are derived from it. ' +
      'Make one with: openssl rand -base64 48',
  },
  {
    about: ['useRedis', 'redisUrl', 'commonRedisUrl'],
    broken: values => values.useRedis === true && (values.redisUrl ?? values.commonRedisUrl) === undefined,
    description: 'is true, but no Redis is named. Set A2A_REDIS_URL.',
  },
  {
    about: ['commonRedisUrl', 'useRedis', 'redisUrl'],
    broken: values =>
      chosenBuses(values).some(({ setting, url }) => setting === 'REDIS_URL' && !redisUrl.safeParse(url).success),
    description: redisUrlError,
  },
  {
    about: ['natsUrl', 'redisUrl', 'useRedis', 'commonRedisUrl'],
    broken: values => chosenBuses(values).length > 1,
    description: 'is set beside a Redis, but one of them carries the hints. Unset the other, or set USE_REDIS=false.',
  },
  {
    about: ['workerGrants', 'authTokens'],
    broken: ({ workerGrants = [], authTokens = new Map() }) =>
      [...workerGrants].some(([name]) => !authTokens.has(name)),
    description: 'names somebody who has no token. Set A2A_AUTH_TOKENS=name:token with the same name.',
  },
  ...(['tierFast', 'tierBalanced', 'tierHeavy'] as const).map(key => ({
    about: [key, 'modelAliases'] as const,
    broken: (values: SettingValues) => isUnknown(values[key], values),
    description: unknownModel,
  })),
  {
    about: ['personalityModels', 'modelAliases'],
    broken: values => [...(values.personalityModels ?? [])].some(([, wish]) => isUnknown(wish, values)),
    description: unknownModel,
  },
  {
    about: ['organizationUrl', 'organization'],
    broken: values => values.organizationUrl !== undefined && values.organization === undefined,
    description: 'is set without A2A_AGENT_ORG. Set that too.',
  },
  {
    about: ['eventRetentionDays', 'retentionDays'],
    broken: ({ eventRetentionDays = 0, retentionDays = Number.POSITIVE_INFINITY }) =>
      eventRetentionDays > retentionDays,
    description:
      'is more than CODETETHER_RETENTION_DAYS, but the log of a task goes with it. Set at most as many days.',
  },
]

/** The broken rules that concern no setting of `invalid`. `nameOf` says what the person called a setting. */
export const brokenRules = (
  values: SettingValues,
  invalid: ReadonlySet<SettingKey>,
  nameOf: (key: SettingKey) => string,
): SettingProblem[] =>
  settingRules
    .filter(rule => !rule.about.some(key => invalid.has(key)) && rule.broken(values))
    .map(({ about, description }) => ({ name: nameOf(about[0]), description }))

/** What is allowed, but worth a line at the start. */
export const settingWarnings = (values: SettingValues): string[] => {
  const warnings: string[] = []
  const tokens = [...(values.authTokens ?? [])]
  const guarded = tokens.length > 0 && values.authEnabled !== false
  if (!guarded && !isLoopback(values.host))
    warnings.push(`--insecure: anybody who reaches ${values.host} can use and read everything.`)
  if (tokens.length > 0 && !guarded)
    warnings.push('A2A_AUTH_ENABLED=false: the tokens of A2A_AUTH_TOKENS are not asked for.')
  const short = tokens.filter(([, token]) => token.length < 16).map(([name]) => name)
  if (guarded && short.length > 0)
    warnings.push(
      `A2A_AUTH_TOKENS: short tokens can be guessed (${short.join(', ')}). Make one with: openssl rand -hex 24`,
    )
  if (
    values.publicUrl !== undefined &&
    !guarded &&
    !isLoopback(new URL(values.publicUrl).hostname.replace(/^\[|\]$/g, ''))
  )
    warnings.push('A2A_PUBLIC_URL is set, but callers through a proxy are refused until A2A_AUTH_TOKENS is set.')
  if (values.grpcPort !== undefined && values.grpcTlsCert === undefined && !isLoopback(values.host))
    warnings.push(
      'A2A_GRPC_PORT: without A2A_GRPC_TLS_CERT, tokens and tasks travel unencrypted unless a proxy adds TLS.',
    )
  if (values.cardKeys.length > 0 && values.publicUrl === undefined && !isLoopback(values.host))
    warnings.push('A2A_CARD_KEYS: without A2A_PUBLIC_URL, cards are signed for localhost and A2A_ALLOWED_HOSTS only.')
  const [bus] = chosenBuses(values)
  if (bus && values.databaseUrl === undefined)
    warnings.push(`${bus.setting} has no effect without DATABASE_URL: nobody else serves from an embedded database.`)
  if (values.unsafeDatabase && values.databaseUrl !== undefined)
    warnings.push('CODETETHER_UNSAFE_DATABASE=true: a crash of the database may lose tasks that were acknowledged.')
  return warnings
}
