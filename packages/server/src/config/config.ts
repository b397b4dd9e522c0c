import type { PeerCredential } from './peer-credentials.ts'
import type { WorkerGrant } from './worker-grants.ts'

/** What the server runs with: the settings, checked, resolved and grouped by the part that uses them. */
export interface Config {
  readonly http: HttpConfig
  /** A2A over gRPC; absent: there is none. */
  readonly grpc?: GrpcConfig
  readonly auth: AuthConfig
  readonly log: LogConfig
  readonly traces: TracesConfig
  readonly agent: AgentConfig
  readonly database: DatabaseConfig
  /** What carries hints between replicas; absent: PostgreSQL. */
  readonly bus?: BusConfig
  /** Absolute path of the directory for the embedded database, the secret and `runtime.json`. */
  readonly dataDir: string
  /** The master secret; without it the embedded database keeps one in its data directory. */
  readonly secretKey?: string
  /** The owner accepts that anybody who reaches the port is let in. */
  readonly insecure: boolean
  /** The longest that a blocking `message/send` of v0.3 waits, in milliseconds; so does GetTask of the resume extension. */
  readonly blockingMs: number
  /** Tasks that this process runs at once. */
  readonly maxRunningTasks: number
  /** How long a lease lasts without renewal, in milliseconds. */
  readonly leaseMs: number
  readonly work: WorkConfig
  readonly routing: RoutingConfig
  readonly codebases: CodebasesConfig
  readonly retention: RetentionConfig
  readonly outbound: OutboundConfig
  readonly push: PushConfig
  readonly peers: PeersConfig
}

/** A program that passes messages between replicas. */
export interface BusConfig {
  readonly kind: 'redis' | 'nats'
  /** May carry credentials. */
  readonly url: string
  /** The variable that has said so. */
  readonly setting: 'A2A_REDIS_URL' | 'REDIS_URL' | 'A2A_NATS_URL'
}

/** How workers run tasks. */
export interface WorkConfig {
  /** How long the lease of a worker lasts without renewal, in milliseconds. */
  readonly leaseMs: number
  /** Attempts of a task that names no number. */
  readonly attempts: number
  /** Tasks of one principal that workers run at once; absent: any number. */
  readonly mostPerPrincipal?: number
  /** The same of one tenant. */
  readonly mostPerTenant?: number
}

/** What a model may cost and can do: for quick, standard and deep tasks. */
export type ModelTier = 'fast' | 'balanced' | 'heavy'

/** Which agent and which model a task gets that names none. Models are references, `provider/model`. */
export interface RoutingConfig {
  /** Personality → name of an agent. */
  readonly personalityAgents: ReadonlyMap<string, string>
  /** Personality → model. */
  readonly personalityModels: ReadonlyMap<string, string>
  readonly tierModels: Readonly<Partial<Record<ModelTier, string>>>
  /** False: the tiers choose no model. */
  readonly autoModel: boolean
  /** Friendly name → model, beside those that are built in. */
  readonly aliases: ReadonlyMap<string, string>
}

/** Copies of codebases. */
export interface CodebasesConfig {
  /** Hosts whose repositories may be cloned, beside the well-known ones. */
  readonly gitHosts: readonly string[]
  /** The largest archive, in bytes. */
  readonly archiveBytes: number
}

export interface OutboundConfig {
  /** Host names, addresses and CIDR blocks that may be reached although they are not public. */
  readonly allow: readonly string[]
}

/** How the agents of this server ask agents elsewhere. */
export interface PeersConfig {
  /** Over how many agents a message may come. */
  readonly maxHops: number
  /** How long one may take for its work, in milliseconds. */
  readonly timeoutMs: number
  /** By origin. */
  readonly credentials: ReadonlyMap<string, PeerCredential>
  /** Only agents with signed cards are asked. */
  readonly requireSigned: boolean
  /** Absolute paths of files with the keys that may sign them; empty: those of the server that shows the card. */
  readonly cardKeys: readonly string[]
}

/** How push notifications are delivered. */
export interface PushConfig {
  /** Seconds after each failed attempt. */
  readonly retrySeconds: readonly number[]
  readonly timeoutMs: number
}

/** Days after its end; what is absent is kept for ever. */
export interface RetentionConfig {
  /** For which a task is kept. */
  readonly taskDays?: number
  /** For which the event log of a task is kept, if not as long as the task. */
  readonly eventDays?: number
}

export interface HttpConfig {
  /** The address to bind, without brackets. */
  readonly host: string
  /** True if only this machine can reach the port; then callers without credentials are the local owner. */
  readonly loopback: boolean
  /** 0 means any free port. */
  readonly port: number
  /** Where callers reach the server, without a trailing slash. Absent: derived from the address that is bound. */
  readonly publicUrl?: string
  /** Lower-case Host names that are accepted beside the loopback names: A2A_ALLOWED_HOSTS, the public URL's, the bound one. */
  readonly allowedHosts: readonly string[]
  /** Addresses and CIDR blocks whose forwarding headers are believed. */
  readonly trustedProxies: readonly string[]
  /** Origins that a browser may call from, beside the server's own unless these replace them. */
  readonly corsOrigins: readonly string[]
  readonly corsReplacesDefaults: boolean
}

export interface GrpcConfig {
  /** On the host of HTTP; 0 means any free port. */
  readonly port: number
  /** Absolute paths of the certificate chain and its key, in PEM. Absent: the port speaks without TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** `host:port` that the agent card names. Absent: the name under which HTTP is called, and the port that is bound. */
  readonly publicAddress?: string
}

export interface AuthConfig {
  /** True: every door wants a token, also on loopback. */
  readonly enabled: boolean
  /** Lower-case name of the header that carries the token; in `authorization` it stands behind `Bearer`. */
  readonly header: string
  /** Name of the caller → token. */
  readonly tokens: ReadonlyMap<string, string>
  /** Name of the caller → what workers may be that it registers for everybody. Others' workers serve them alone. */
  readonly workerGrants: ReadonlyMap<string, WorkerGrant>
  /** A token with which nothing but the metrics can be read. */
  readonly metricsToken?: string
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export const logFormats = ['json', 'pretty'] as const
export type LogFormat = (typeof logFormats)[number]

export interface LogConfig {
  readonly level: LogLevel
  readonly format: LogFormat
}

export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

export const otlpProtocols = ['http/json', 'http/protobuf', 'grpc'] as const
type OtlpProtocol = (typeof otlpProtocols)[number]

/** OpenTelemetry, by its standard variables: those for traces win over those for all signals. */
export interface TracesConfig {
  /** Where spans go, by OTLP over HTTP; null: nothing is traced. */
  readonly url: string | null
  /** Base of the collector for all signals, as configured. */
  readonly endpoint?: string
  /** The collector's URL for traces, as configured. */
  readonly tracesEndpoint?: string
  readonly disabled: boolean
  readonly exporter: 'otlp' | 'none'
  readonly protocol: OtlpProtocol
  readonly tracesProtocol?: OtlpProtocol
  readonly headers: ReadonlyMap<string, string>
  /** Beside `headers`; they win. */
  readonly tracesHeaders?: ReadonlyMap<string, string>
  readonly serviceName: string
  /** Further attributes of the service. */
  readonly resource: ReadonlyMap<string, string>
  readonly sampler: {
    readonly name: (typeof samplerNames)[number]
    /** From 0 to 1. */
    readonly ratio: number
  }
}

/** What the agent card says about this server. */
export interface AgentConfig {
  readonly name: string
  readonly description: string
  /** Without a URL of its own, the card names the server's. */
  readonly organization?: { readonly name: string; readonly url?: string }
  /** Ids of the skills on the public card. With them there is an extended card, which has all. */
  readonly publicSkills?: readonly string[]
  /** Absolute paths of the files with the keys of the card's signatures; empty: it is not signed. */
  readonly cardKeys: readonly string[]
}

/** What `?sslmode=` of a database URL may say. */
export const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

export type DatabaseConfig = EmbeddedConfig | ExternalConfig

export interface EmbeddedConfig {
  readonly kind: 'embedded'
  /** Most connections that requests take at once. */
  readonly poolSize: number
}

export interface ExternalConfig {
  readonly kind: 'external'
  readonly poolSize: number
  readonly url: string
  /** A privileged login, for `codetether migrate`. */
  readonly adminUrl?: string
  /** The database itself, where `url` leads to a transaction pooler. */
  readonly directUrl?: string
  /** The owner accepts that a crash loses what was acknowledged. */
  readonly acceptsUnsafe: boolean
}
