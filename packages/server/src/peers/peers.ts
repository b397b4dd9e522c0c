import { readFile } from 'node:fs/promises'
import { A2aClient } from '@codetether/client/a2a-client'
import { CardCache } from '@codetether/client/card-cache'
import type { Connection } from '@codetether/client/http'
import { KeySet, requireSigned } from '@codetether/client/key-set'
import type { ProtocolVersion, TransportName } from '@codetether/client/operation'
import { PlatformError } from '@codetether/protocol/errors'
import type { PeersConfig } from '../config/config.ts'
import type { PeerCredential } from '../config/peer-credentials.ts'
import type { Outbound } from '../outbound/outbound.ts'
import type { Tracer } from '../trace/tracer.ts'

export interface PeerWishes {
  version?: ProtocolVersion | undefined
  transport?: TransportName | undefined
  requireSigned?: boolean | undefined
  signal: AbortSignal
  timeoutMs: number
}

/** The way to agents elsewhere. */
export interface Peers {
  /** Reads the card of an agent, or knows it still. Throws what the client throws, and WEBHOOK_URL_FORBIDDEN. */
  connect(url: string, wishes: PeerWishes): Promise<A2aClient>
}

const credentialOf = (credential: PeerCredential | undefined): Connection => {
  if (credential === undefined) return {}
  if (credential.scheme === 'bearer') return { token: credential.token }
  if (credential.scheme === 'key') return { headers: { [credential.header]: credential.key } }
  return { headers: { authorization: `Basic ${Buffer.from(credential.pair).toString('base64')}` } }
}

/** The keys in files. Throws PlatformError for one that holds none. */
async function readKeys(files: readonly string[]) {
  const sets = await Promise.all(
    files.map(async file => {
      try {
        return KeySet.parse(JSON.parse(await readFile(file, 'utf8'))).keys
      } catch (cause) {
        throw new PlatformError('INTERNAL', `${file} of A2A_PEER_CARD_KEYS holds no set of keys`, { cause })
      }
    }),
  )
  return sets.flat()
}

/** Throws PlatformError if the keys that are trusted cannot be read. */
export async function openPeers(
  config: PeersConfig,
  { outbound, tracer }: { outbound: Outbound; tracer: Tracer },
): Promise<Peers> {
  const keys = config.cardKeys.length === 0 ? undefined : await readKeys(config.cardKeys)
  const cards = new CardCache()
  const guarded: typeof globalThis.fetch = (input, { method = 'GET', headers, body, signal } = {}) =>
    outbound.fetch(String(input), {
      method,
      headers: { ...tracer.headers(), ...Object.fromEntries(new Headers(headers)) },
      ...(typeof body === 'string' && { body }),
      signal: signal ?? AbortSignal.timeout(config.timeoutMs),
    })
  const grpc = async () => {
    const { openGrpc } = await import('@codetether/client/grpc/open-grpc')
    return openGrpc({ locate: outbound.locate, headers: () => tracer.headers() })
  }
  return {
    async connect(url, { requireSigned: wanted = false, ...wishes }) {
      if (!URL.canParse(url)) throw new PlatformError('INVALID_PARAMS', 'the address of an agent is a URL')
      const connection: Connection = {
        ...credentialOf(config.credentials.get(new URL(url).origin)),
        // What is configured for an address without TLS is meant for it.
        allowHttp: true,
        fetch: guarded,
        grpc,
      }
      const checkCard = wanted || config.requireSigned ? requireSigned(connection, keys) : undefined
      return A2aClient.fromUrl(url, { ...connection, ...wishes, cards, checkCard })
    },
  }
}
