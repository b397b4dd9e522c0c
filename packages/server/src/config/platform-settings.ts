import { mask, maskUrl } from './mask.ts'
import { list, settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'

/** Who the server is, and where its data lies. */
export const platformSettings = {
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
  cardKeys: type
    .commaList(type.text(1024))
    .default([])
    .register(settingFacts, {
      group: 'Agent card',
      env: ['A2A_CARD_KEYS'],
      description:
        'Files with the keys of the card’s signatures, PEM or JWK, P-256 or Ed25519. Each private key signs; public ones are published only.',
      security: true,
      unset: 'the card is not signed',
      show: config => list(config.agent.cardKeys),
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
      description: 'Most database connections that requests take at once. Background work takes at most six more.',
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
}
