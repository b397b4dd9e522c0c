/** What a package may reach. The rows of `design/architecture.md`. */
export interface PackageRow {
  /** Packages of this workspace. */
  imports: readonly string[]
  /** Those of them that only some of its files import. */
  importsIn?: Readonly<Record<string, readonly string[]>>
  /** Packages that are not loaded with `main.ts`, but by `await import()` when they are needed. */
  lazily?: readonly string[]
  /** Node's built-ins and globals. Where not, the code runs in browsers too. */
  node: boolean
  /** A folder of such a package that needs Node all the same: nothing else in it loads it, its users hand it in. */
  nodeIn?: string
  /** The one file that reads `process.env`. */
  environment?: string
}

export const packageRows: Readonly<Record<string, PackageRow>> = {
  protocol: { imports: [], node: false },
  client: { imports: ['protocol'], node: false, nodeIn: 'grpc/' },
  agents: { imports: ['protocol', 'client'], node: true },
  server: {
    imports: ['protocol', 'agents', 'client'],
    // What asks agents elsewhere.
    importsIn: { client: ['peers/', 'operations/send-to.ts'] },
    node: true,
    environment: 'config/load-config.ts',
  },
  worker: { imports: ['protocol', 'client', 'agents'], node: true, environment: 'environment.ts' },
  cli: { imports: ['protocol', 'client'], lazily: ['server', 'worker'], node: true, environment: 'environment.ts' },
  web: { imports: ['protocol', 'client'], node: false },
  testing: { imports: ['protocol', 'client', 'agents', 'server', 'worker'], node: true, environment: 'environment.ts' },
}

/** Libraries that belong to one place. Test support, tests and benchmarks are free. */
export const libraryPlaces: Readonly<Record<string, string>> = {
  pg: 'packages/server/src/db/',
  react: 'packages/web/src/',
  ioredis: 'packages/server/src/bus/',
  '@nats-io/transport-node': 'packages/server/src/bus/',
}

/**
 * Parts of `packages/server/src` → the parts directly below. A part may import what lies below it, however deep, and
 * everybody the types of `context.ts`.
 */
export const serverLayers: Readonly<Record<string, readonly string[]>> = {
  main: ['open-context', 'http', 'background'],
  'open-context': ['open-instance', 'context'],
  'open-instance': ['join-others'],
  'join-others': ['operations'],
  context: ['store'],
  http: ['a2a', 'api', 'worker-api', 'mcp'],
  background: ['operations', 'auth', 'present'],
  a2a: ['operations', 'auth', 'present'],
  api: ['operations', 'auth', 'present'],
  'worker-api': ['operations', 'auth', 'present'],
  mcp: ['operations', 'auth', 'present'],
  operations: ['store'],
  auth: ['store'],
  present: ['store'],
  store: ['db'],
  db: [],
}

/** Parts at the bottom: anybody may import them, and they import each other and nothing above. */
export const serverLeaves: readonly string[] = [
  'activity',
  'archive-body',
  'bus',
  'clock',
  'config',
  'cursors',
  'errors',
  'events',
  'gone-signal',
  'hint-bus',
  'hints',
  'ids',
  'kept-answers',
  'last-event-id',
  'lease-slots',
  'logger',
  'metrics',
  'news',
  'outbound',
  'parse-params',
  'peers',
  'principal',
  'read-input',
  'redact',
  'running',
  'signing',
  'sealer',
  'slow-bodies',
  'send-archive',
  'sse',
  'stream-slot',
  'strict-json',
  'tenants',
  'trace',
  'version',
  'wake',
  'words-of',
  'work',
  'worker-hub',
  'worker-token',
]

/**
 * What a server's process sends requests with: URLs that somebody else has chosen must pass the checks of `outbound`. The
 * database and the collector of traces are the operator's choice.
 */
export const outgoing = {
  packages: ['server', 'agents'],
  place: 'packages/server/src/outbound/',
  /** Module → what connects; `*` for all of it. */
  modules: {
    'node:http': ['request', 'get', 'Agent', 'ClientRequest', 'globalAgent'],
    'node:https': ['request', 'get', 'Agent', 'globalAgent'],
    'node:http2': ['connect'],
    'node:net': ['connect', 'createConnection', 'Socket'],
    'node:tls': ['connect', 'TLSSocket'],
    'node:dgram': ['*'],
    undici: ['*'],
    '@opentelemetry/exporter-trace-otlp-http': ['*'],
  },
  exceptions: {
    'node:net': ['packages/server/src/db/'],
    '@opentelemetry/exporter-trace-otlp-http': ['packages/server/src/trace/'],
  },
} as const satisfies {
  packages: readonly string[]
  place: string
  modules: Record<string, readonly string[]>
  exceptions: Record<string, readonly string[]>
}

export const sqlPlaces: readonly string[] = ['packages/server/src/store/', 'packages/server/src/db/']

/** Packages that `packages/cli` is published with: their libraries are its libraries. */
export const bundledPackages: readonly string[] = ['protocol', 'client', 'agents', 'server', 'worker']

export const sizes = { fileLines: 400, functionLines: 60, medianFileLines: 80 } as const
