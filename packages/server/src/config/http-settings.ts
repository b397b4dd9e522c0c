import { authTokens } from './auth-tokens.ts'
import { mask } from './mask.ts'
import { list, settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'

/** Where the server listens, and whom it lets in. */
export const httpSettings = {
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
}
