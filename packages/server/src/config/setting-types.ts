import { isIP } from 'node:net'
import { z } from 'zod'
import { type LogLevel, logLevels, otlpProtocols, samplerNames, sslModes } from './config.ts'

/**
 * The types that settings have. Each reads the text of a variable or flag, trimmed and never empty. Messages complete
 * the sentence "A2A_PORT …" and do not repeat the value, which may be a secret.
 */
export const flagWord = z.stringbool({
  truthy: ['true', '1', 'yes', 'on'],
  falsy: ['false', '0', 'no', 'off'],
  error: 'must be true or false',
})

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine(text => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number)

export const text = (maxChars: number) =>
  z.string().max(maxChars, { error: `must have at most ${maxChars} characters` })

const hostLabel = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i
const isHostName = (name: string): boolean =>
  name.length <= 253 && name.split('.').every(label => hostLabel.test(label))
const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

export const host = z
  .string()
  .transform(given => withoutBrackets(given).toLowerCase())
  .refine(name => isIP(name) !== 0 || isHostName(name), {
    error: 'must be an IP address or a host name, without scheme and port',
  })

/** `host:port`, with an IPv6 address in brackets. */
export const hostAndPort = z.string().refine(
  given => {
    const [, name = '', port = ''] = /^(.+):(\d{1,5})$/.exec(given) ?? []
    const isIpv6 = name.startsWith('[') && isIP(withoutBrackets(name)) === 6
    return (isIpv6 || isIP(name) === 4 || isHostName(name)) && Number(port) >= 1 && Number(port) <= 65_535
  },
  { error: 'must be a host name or an IP address with a port, such as agents.example.org:443' },
)

export const commaList = <T>(item: z.ZodType<T, string>) =>
  z
    .string()
    .transform(given => given.split(',').flatMap(one => (one.trim() === '' ? [] : [one.trim()])))
    .pipe(z.array(item))

const isWebUrl = (url: URL): boolean => url.protocol === 'http:' || url.protocol === 'https:'
const isPlain = (url: URL): boolean =>
  url.username === '' && url.password === '' && url.search === '' && url.hash === '' && !url.href.endsWith('?')

const parsedUrl = (accepts: (url: URL) => boolean, error: string) =>
  z.string().refine(given => URL.canParse(given) && accepts(new URL(given)), { error })

export const webUrl = parsedUrl(
  url => isWebUrl(url) && isPlain(url),
  'must be an http:// or https:// URL without credentials, query and fragment',
).transform(given => new URL(given).href.replace(/\/+$/, ''))

/** `*` is refused on purpose: an origin that nobody named must not read answers. */
export const origin = parsedUrl(
  url => isWebUrl(url) && isPlain(url) && url.pathname === '/',
  'must list origins such as https://app.example.org, without path and without *',
).transform(given => new URL(given).origin)

const isOneOf = (words: readonly string[]) => (given: string | null) => given === null || words.includes(given)
const isPooling = isOneOf(['true', 'false'])
const isSslMode = isOneOf(sslModes)

/** What a URL says of a parameter. A later check runs even where an earlier one has refused the URL. */
const parameterOf = (given: string, name: string): string | null => URL.parse(given)?.searchParams.get(name) ?? null

export const postgresUrl = parsedUrl(
  url => ['postgres:', 'postgresql:'].includes(url.protocol),
  'must be a URL that starts with postgres:// or postgresql://',
)
  .refine(given => isPooling(parameterOf(given, 'pgbouncer')), {
    error: 'may say pgbouncer=true or pgbouncer=false, nothing else of it',
  })
  .refine(given => isSslMode(parameterOf(given, 'sslmode')), {
    error: `may say sslmode=${sslModes.join(', ')}, nothing else of it`,
  })

const isDecodable = (text: string): boolean => decoded(text) !== null
const isBusUrl =
  (protocols: readonly string[], path: RegExp) =>
  ({ protocol, hostname, pathname, username, password, search, hash }: URL): boolean =>
    protocols.includes(protocol) &&
    hostname !== '' &&
    path.test(pathname) &&
    `${search}${hash}` === '' &&
    isDecodable(username) &&
    isDecodable(password)

/** The number of a database changes nothing: channels belong to none. */
const isRedisUrl = isBusUrl(['redis:', 'rediss:'], /^\/?\d*$/)
export const redisUrlError = 'must be a URL such as redis://host:6379 or rediss://host:6379, without parameters'
export const redisUrl = parsedUrl(isRedisUrl, redisUrlError)

export const natsUrl = parsedUrl(
  isBusUrl(['nats:', 'tls:'], /^\/?$/),
  'must be one URL such as nats://host:4222 or tls://host:4222, without parameters',
)

const isBlock = (given: string): boolean => {
  const [address = '', prefix, ...rest] = given.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
}

/** A prefix of 0 is refused: it would let every caller forge its address. */
export const addressBlock = z.string().refine(isBlock, {
  error: 'must list IP addresses or CIDR blocks such as 10.0.0.0/8, none of them everybody (/0)',
})

export const hostOrBlock = z
  .string()
  .transform(given => withoutBrackets(given).toLowerCase())
  .refine(given => isBlock(given) || isHostName(given), {
    error: 'must list host names, IP addresses or CIDR blocks such as 10.0.0.0/8, none of them everybody (/0)',
  })

const weekSeconds = 7 * 24 * 3600

export const delaySeconds = z
  .string()
  .refine(text => /^\d{1,6}(\.\d{1,3})?$/.test(text) && Number(text) <= weekSeconds, {
    error: `must list seconds from 0 to ${weekSeconds}`,
  })
  .transform(Number)

const pythonLevels: Record<string, LogLevel> = { warning: 'warn', critical: 'fatal', notset: 'trace' }
export const logLevel = z
  .string()
  .transform(given => pythonLevels[given.toLowerCase()] ?? given.toLowerCase())
  .pipe(z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }))

const structural = ['host', 'cookie', 'connection', 'content-length', 'content-type', 'transfer-encoding', 'origin']
export const headerName = z
  .string()
  .toLowerCase()
  .refine(name => /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(name) && !structural.includes(name), {
    error: 'must be the name of a request header such as Authorization or X-API-Key',
  })

/** A key that was typed by hand or copied from an example: long enough, but too few different characters. */
const isRandomEnough = (key: string): boolean => key.length >= 32 && new Set(key).size >= 12

export const secretKey = z.string().refine(isRandomEnough, {
  error: 'must be at least 32 random characters; make one with: openssl rand -base64 48',
})

export const token = z.string().refine(given => /^[!-+\--~]{8,}$/.test(given), {
  error: 'must have at least 8 characters, without space and comma',
})

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return null
  }
}

/** `name=value,name2=value2` with percent-encoded values, as OpenTelemetry writes headers and attributes. */
export const pairs = z.string().transform((given, context): ReadonlyMap<string, string> => {
  const entries = given
    .split(',')
    .filter(entry => entry.trim() !== '')
    .map(entry => {
      const [name = '', ...rest] = entry.split('=')
      return rest.length === 0 ? null : ([name.trim(), decoded(rest.join('='))] as const)
    })
  const valid = entries.flatMap(entry => (entry?.[0] && entry[1] !== null ? [[entry[0], entry[1]] as const] : []))
  if (valid.length === entries.length) return new Map(valid)
  context.addIssue({ code: 'custom', message: 'must look like name=value,name2=value2, with values percent-encoded' })
  return z.NEVER
})

export const otlpProtocol = z.enum(otlpProtocols, { error: `must be one of ${otlpProtocols.join(', ')}` })

export const samplerName = z.enum(samplerNames, { error: `must be one of ${samplerNames.join(', ')}` })

export const ratio = z
  .string()
  .refine(text => /^\d{1,9}(\.\d{1,18})?$|^\.\d{1,18}$/.test(text) && Number(text) <= 1, {
    error: 'must be a number from 0 to 1',
  })
  .transform(Number)
