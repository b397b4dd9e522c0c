import assert from 'node:assert/strict'
import { type AgentCard, SendMessageRequest, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk'
import {
  type Client,
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  type RequestOptions,
  RestTransportFactory,
} from '@a2a-js/sdk/client'
import { GrpcTransportFactory } from '@a2a-js/sdk/client/grpc'
import { z } from 'zod'

/** A version of A2A over one of its bindings: what a client speaks. */
export interface Dialect {
  version: '1.0' | '0.3'
  binding: 'JSONRPC' | 'HTTP+JSON' | 'GRPC'
}

/** All that the official client speaks. */
export const dialects: readonly Dialect[] = (['1.0', '0.3'] as const).flatMap(version =>
  (['JSONRPC', 'HTTP+JSON', 'GRPC'] as const).map(binding => ({ version, binding })),
)

export const nameOf = ({ version, binding }: Dialect): string => `v${version} over ${binding}`

interface Connection {
  fetchImpl?: typeof fetch
  /** Where the client shall connect in place of an address that the card names. */
  readdress?(url: string): string
}

const legacyCompat = { enabled: true }
const resolver = new DefaultAgentCardResolver({ legacyCompat })

const factoryOf = ({ binding }: Dialect, fetchImpl: typeof fetch): ClientFactory => {
  const transports = {
    JSONRPC: () => new JsonRpcTransportFactory({ fetchImpl, legacyCompat }),
    'HTTP+JSON': () => new RestTransportFactory({ fetchImpl, legacyCompat }),
    GRPC: () => new GrpcTransportFactory({ legacyCompat }),
  }
  return new ClientFactory({ transports: [transports[binding]()] })
}

const HybridCard = z.looseObject({ supportedInterfaces: z.unknown() })

/** What a server that has v0.3 only would show: the card without the list of interfaces that v1.0 brings. */
async function legacyCard(url: string): Promise<AgentCard> {
  const response = await fetch(`${url}/.well-known/agent-card.json`)
  const { supportedInterfaces: _, ...card } = HybridCard.parse(await response.json())
  return resolver.normalizeAgentCard(card)
}

/** The official client of the server at this address, which speaks one dialect alone and finds its way by the card. */
export async function connect(
  url: string,
  dialect: Dialect,
  { fetchImpl = fetch, readdress = address => address }: Connection = {},
): Promise<Client> {
  const card = dialect.version === '1.0' ? await resolver.resolve(`${url}/`) : await legacyCard(url)
  const supportedInterfaces = card.supportedInterfaces.map(given => ({ ...given, url: readdress(given.url) }))
  return factoryOf(dialect, fetchImpl).createFromAgentCard({ ...card, supportedInterfaces })
}

export interface To {
  agent?: string
  messageId?: string
  taskId?: string
  contextId?: string
  returnImmediately?: boolean
}

/** A message with an id of its own unless one is given. */
export const request = (text: string, { agent, returnImmediately = false, ...ids }: To = {}): SendMessageRequest =>
  SendMessageRequest.fromJSON({
    message: {
      messageId: crypto.randomUUID(),
      role: 'ROLE_USER',
      parts: [{ text }],
      ...ids,
      ...(agent && { metadata: { agent } }),
    },
    configuration: { returnImmediately },
  })

/** Sends a message, which this server answers with a task. */
export async function send(client: Client, message: SendMessageRequest, options?: RequestOptions): Promise<Task> {
  const sent = await client.sendMessage(message, options)
  assert.ok('status' in sent, 'a message is answered with a task')
  return sent
}

type Part = NonNullable<SendMessageRequest['message']>['parts'][number]

/** The texts of a message or an artifact. */
export const wordsOf = (of: { parts: Part[] } | undefined): string =>
  (of?.parts ?? []).map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('')

/** What a frame is: its kind, or the state of a status update. */
export const kindOf = ({ payload }: StreamResponse): string | undefined =>
  payload?.$case === 'statusUpdate' ? TaskState[payload.value.status?.state ?? -1] : payload?.$case

/** The tenant in requests to a server that has one address for all. */
export const tenant = ''
