import { resolve } from 'node:path'
import type { AgentConfig, Config, DatabaseConfig, HttpConfig } from './config.ts'
import { isLoopback, isWildcard } from './exposure.ts'
import type { SettingValues } from './settings.ts'

/** What the settings cannot know: where the process runs. */
export interface Surroundings {
  /** Logs go to a terminal. */
  isTerminal: boolean
  /** Relative paths start here. */
  directory: string
}

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

const agentOf = (values: SettingValues): AgentConfig => {
  const { agentName: name, agentDescription: description, organization, organizationUrl, publicSkills } = values
  return {
    name,
    description,
    ...(organization === undefined
      ? {}
      : { organization: { name: organization, ...(organizationUrl === undefined ? {} : { url: organizationUrl }) } }),
    ...(publicSkills === undefined ? {} : { publicSkills }),
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

/** Groups valid settings by the part that uses them. */
export const toConfig = (values: SettingValues, { isTerminal, directory }: Surroundings): Config => {
  const tokens = values.authTokens ?? new Map<string, string>()
  return {
    http: httpOf(values),
    auth: { enabled: values.authEnabled ?? tokens.size > 0, header: values.authHeader, tokens },
    log: { level: values.logLevel, format: values.logFormat ?? (isTerminal ? 'pretty' : 'json') },
    agent: agentOf(values),
    database: databaseOf(values),
    dataDir: resolve(directory, values.dataDir),
    ...(values.secretKey === undefined ? {} : { secretKey: values.secretKey }),
    insecure: values.insecure,
    blockingMs: values.blockingSeconds * 1000,
    maxRunningTasks: values.maxRunningTasks,
    leaseMs: values.leaseSeconds * 1000,
  }
}
