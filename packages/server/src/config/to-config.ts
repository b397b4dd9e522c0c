import { resolve } from 'node:path'
import { resolveModel } from '@codetether/protocol/work/model-aliases'
import { chosenBuses } from './choose-bus.ts'
import type {
  AgentConfig,
  AuthConfig,
  BusConfig,
  Config,
  DatabaseConfig,
  GrpcConfig,
  HttpConfig,
  PeersConfig,
  RetentionConfig,
  RoutingConfig,
  TracesConfig,
  WorkConfig,
} from './config.ts'
import { isLoopback, isWildcard } from './exposure.ts'
import type { SettingValues } from './settings.ts'

/** What the settings cannot know: where the process runs. */
export interface Surroundings {
  /** Logs go to a terminal. */
  isTerminal: boolean
  /** Relative paths start here. */
  directory: string
}

const mebibyte = 1024 * 1024

const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '')

const httpOf = (values: SettingValues): HttpConfig => {
  const { host, port, publicUrl, trustedProxies, corsOrigins, corsReplacesDefaults } = values
  const known = [...values.allowedHosts, ...(publicUrl === undefined ? [] : [hostOf(publicUrl)])]
  const bound = isLoopback(host) || isWildcard(host) ? [] : [host]
  return {
    host,
    loopback: isLoopback(host),
    port,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    allowedHosts: [...new Set([...known, ...bound])],
    trustedProxies,
    corsOrigins,
    corsReplacesDefaults,
  }
}

const grpcOf = (values: SettingValues, directory: string): { grpc?: GrpcConfig } => {
  const { grpcPort: port, grpcTlsCert: cert, grpcTlsKey: key, grpcPublicAddress: publicAddress } = values
  if (port === undefined) return {}
  return {
    grpc: {
      port,
      ...(cert !== undefined &&
        key !== undefined && { tls: { cert: resolve(directory, cert), key: resolve(directory, key) } }),
      ...(publicAddress === undefined ? {} : { publicAddress }),
    },
  }
}

const agentOf = (values: SettingValues, directory: string): AgentConfig => {
  const { agentName: name, agentDescription: description, organization, organizationUrl, publicSkills } = values
  return {
    name,
    description,
    ...(organization === undefined
      ? {}
      : { organization: { name: organization, ...(organizationUrl === undefined ? {} : { url: organizationUrl }) } }),
    ...(publicSkills === undefined ? {} : { publicSkills }),
    cardKeys: values.cardKeys.map(file => resolve(directory, file)),
  }
}

const databaseOf = (values: SettingValues): DatabaseConfig => {
  const { databaseUrl: url, databaseAdminUrl: adminUrl, databaseDirectUrl: directUrl, poolSize } = values
  if (url === undefined) return { kind: 'embedded', poolSize }
  return {
    kind: 'external',
    poolSize,
    url,
    ...(adminUrl === undefined ? {} : { adminUrl }),
    ...(directUrl === undefined ? {} : { directUrl }),
    acceptsUnsafe: values.unsafeDatabase,
  }
}

const busOf = (values: SettingValues): { bus?: BusConfig } => {
  const [bus] = chosenBuses(values)
  return bus ? { bus } : {}
}

const workOf = ({ workerLeaseSeconds, workAttempts, runningPerUser, runningPerTenant }: SettingValues): WorkConfig => ({
  leaseMs: workerLeaseSeconds * 1000,
  attempts: workAttempts,
  ...(runningPerUser === undefined ? {} : { mostPerPrincipal: runningPerUser }),
  ...(runningPerTenant === undefined ? {} : { mostPerTenant: runningPerTenant }),
})

/** A rule has checked that each name of a model is known. */
const routingOf = (values: SettingValues): RoutingConfig => {
  const { personalityAgents, personalityModels = [], tierFast, tierBalanced, tierHeavy, autoModel } = values
  const aliases = values.modelAliases ?? new Map<string, string>()
  const tiers = Object.entries({ fast: tierFast, balanced: tierBalanced, heavy: tierHeavy })
  return {
    personalityAgents: personalityAgents ?? new Map(),
    personalityModels: new Map(
      [...personalityModels].map(([name, wish]) => [name, resolveModel(wish, aliases) ?? wish]),
    ),
    tierModels: Object.fromEntries(
      tiers.flatMap(([tier, wish]) => (wish === undefined ? [] : [[tier, resolveModel(wish, aliases) ?? wish]])),
    ),
    autoModel,
    aliases,
  }
}

const authOf = ({ authTokens, authEnabled, authHeader, metricsToken, workerGrants }: SettingValues): AuthConfig => {
  const tokens = authTokens ?? new Map<string, string>()
  return {
    enabled: authEnabled ?? tokens.size > 0,
    header: authHeader,
    tokens,
    workerGrants: workerGrants ?? new Map(),
    ...(metricsToken === undefined ? {} : { metricsToken }),
  }
}

const retentionOf = ({ retentionDays, eventRetentionDays }: SettingValues): RetentionConfig => ({
  ...(retentionDays === undefined ? {} : { taskDays: retentionDays }),
  ...(eventRetentionDays === undefined ? {} : { eventDays: eventRetentionDays }),
})

/** An endpoint for all signals is a base, one for traces is used as it is (OTLP exporter specification). */
const collectorOf = (values: SettingValues): string | null => {
  const { otlpEndpoint, otlpTracesEndpoint, otelDisabled, otelTracesExporter } = values
  if (otelDisabled || otelTracesExporter === 'none') return null
  return otlpTracesEndpoint ?? (otlpEndpoint === undefined ? null : `${otlpEndpoint}/v1/traces`)
}

const tracesOf = (values: SettingValues): TracesConfig => ({
  url: collectorOf(values),
  ...(values.otlpEndpoint === undefined ? {} : { endpoint: values.otlpEndpoint }),
  ...(values.otlpTracesEndpoint === undefined ? {} : { tracesEndpoint: values.otlpTracesEndpoint }),
  disabled: values.otelDisabled,
  exporter: values.otelTracesExporter,
  protocol: values.otlpProtocol,
  ...(values.otlpTracesProtocol === undefined ? {} : { tracesProtocol: values.otlpTracesProtocol }),
  headers: values.otlpHeaders ?? new Map(),
  ...(values.otlpTracesHeaders === undefined ? {} : { tracesHeaders: values.otlpTracesHeaders }),
  serviceName: values.otelServiceName,
  resource: values.otelResource ?? new Map(),
  sampler: { name: values.otelSampler, ratio: values.otelSamplerRatio },
})

const peersOf = (values: SettingValues, directory: string): PeersConfig => ({
  maxHops: values.maxHops,
  timeoutMs: values.peerTimeoutSeconds * 1000,
  credentials: values.peerCredentials ?? new Map(),
  requireSigned: values.peerRequireSigned,
  cardKeys: values.peerCardKeys.map(file => resolve(directory, file)),
})

/** Groups valid settings by the part that uses them. */
export const toConfig = (values: SettingValues, { isTerminal, directory }: Surroundings): Config => ({
  http: httpOf(values),
  ...grpcOf(values, directory),
  auth: authOf(values),
  log: { level: values.logLevel, format: values.logFormat ?? (isTerminal ? 'pretty' : 'json') },
  traces: tracesOf(values),
  agent: agentOf(values, directory),
  database: databaseOf(values),
  ...busOf(values),
  dataDir: resolve(directory, values.dataDir),
  ...(values.secretKey === undefined ? {} : { secretKey: values.secretKey }),
  insecure: values.insecure,
  blockingMs: values.blockingSeconds * 1000,
  maxRunningTasks: values.maxRunningTasks,
  leaseMs: values.leaseSeconds * 1000,
  work: workOf(values),
  routing: routingOf(values),
  codebases: { gitHosts: values.gitHosts, archiveBytes: values.archiveMib * mebibyte },
  retention: retentionOf(values),
  outbound: { allow: values.outboundAllow },
  push: { retrySeconds: values.pushRetrySeconds, timeoutMs: values.pushTimeoutSeconds * 1000 },
  peers: peersOf(values, directory),
})
