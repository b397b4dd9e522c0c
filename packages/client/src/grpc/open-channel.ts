import { Client, credentials, type ChannelOptions as LibraryOptions } from '@grpc/grpc-js'
import { checkBareCredentials } from '../credentials.ts'
import type { Endpoint } from '../endpoint.ts'
import { maxAnswerBytes } from '../read-json.ts'

export interface ChannelOptions {
  /** The addresses to connect to, in place of those that the name has. Throws for a URL that may not be called. */
  locate?: (url: string, signal: AbortSignal) => Promise<readonly string[]>
  /** Sent with every call, also to other origins: no credentials. */
  headers?: () => Readonly<Record<string, string>>
  /** Certificates to trust instead of the usual ones, in PEM. */
  ca?: string
}

/** Five minutes and a little: servers end connections on which they are asked more often whether they live. */
const keepAliveMs = 310_000

const libraryOptions: LibraryOptions = {
  'grpc.max_receive_message_length': maxAnswerBytes,
  'grpc.keepalive_time_ms': keepAliveMs,
  // As `fetch`, which looks at no variables either.
  'grpc.enable_http_proxy': 0,
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.service_config_disable_resolution': 1,
}

/** A URL's host and port, with the port that it means if it names none. */
const authorityOf = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`

const portOf = (authority: string): string => authority.slice(authority.lastIndexOf(':') + 1)

/** What a channel connects to: names are resolved by the library, unless somebody has done so. */
const targetOf = (authority: string, addresses: readonly string[] | undefined): string => {
  if (addresses === undefined) return `dns:${authority}`
  // A target has one kind of address.
  const isV6 = addresses[0]?.includes(':') === true
  const same = addresses.filter(address => address.includes(':') === isV6)
  const port = portOf(authority)
  return isV6
    ? `ipv6:${same.map(address => `[${address}]:${port}`).join(',')}`
    : `ipv4:${same.map(address => `${address}:${port}`).join(',')}`
}

/** A connection of its own for one call: nothing is left open behind it. */
export const openChannel = async (
  endpoint: Endpoint,
  { locate, ca }: ChannelOptions,
  signal: AbortSignal,
): Promise<Client> => {
  const { url } = endpoint
  checkBareCredentials(endpoint, url)
  const parsed = new URL(url)
  const authority = authorityOf(parsed)
  const addresses = await locate?.(url, signal)
  const channel =
    parsed.protocol === 'https:'
      ? credentials.createSsl(ca === undefined ? null : Buffer.from(ca))
      : credentials.createInsecure()
  return new Client(targetOf(authority, addresses), channel, {
    ...libraryOptions,
    'grpc.default_authority': authority,
    ...(addresses && { 'grpc.ssl_target_name_override': parsed.hostname.replace(/^\[|\]$/g, '') }),
  })
}
