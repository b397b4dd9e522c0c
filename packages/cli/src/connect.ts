import { A2aClient } from '@codetether/client/a2a-client'
import { RemoteError } from '@codetether/client/errors'
import type { CheckCard } from '@codetether/client/fetch-card'
import type { Grpc } from '@codetether/client/grpc'
import type { Connection } from '@codetether/client/http'
import { requireSigned } from '@codetether/client/key-set'
import type { ProtocolVersion, TransportName } from '@codetether/client/operation'
import { errorCodes } from '@codetether/protocol/errors'
import { type AccessOptions, agentConnection, serverConnection } from './agent-connection.ts'
import { HintedError, UsageError } from './failure.ts'
import { findLocalServer } from './find-local-server.ts'
import { TimeLimitReached } from './interruption.ts'
import type { Io, OutputOptions } from './io.ts'
import { namedKeys, type TrustOptions } from './trusted-keys.ts'

/** Options of every command that talks to a server. */
export interface ServerOptions extends OutputOptions, AccessOptions {
  server?: string
  /** Seconds until the command gives up. */
  timeout?: number
}

/** Its libraries take longer to load than most calls: who speaks something else does not wait for them. */
const loadGrpc = async (): Promise<Grpc> => {
  const { openGrpc } = await import('@codetether/client/grpc/open-grpc')
  return openGrpc()
}

const defaultServer = 'http://127.0.0.1:8000'

/** A web address as a person writes it: without a scheme it is taken for http. */
const serverUrl = (given: string): string => {
  const url = URL.parse(given.includes('://') ? given : `http://${given}`)
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href
  throw new UsageError(`${JSON.stringify(given)} is no address of a server`, 'write it as http://host:port')
}

/** The server that is meant: the option's, the environment's, the one that runs in this directory, or the default. */
const chooseServer = async ({ server }: ServerOptions, { environment }: Io): Promise<string> =>
  server ?? environment.server ?? (await findLocalServer(environment.dataDir)) ?? defaultServer

/** The same, without a slash at its end. */
export const chooseServerUrl = async (options: ServerOptions, io: Io): Promise<string> =>
  serverUrl(await chooseServer(options, io)).replace(/\/$/, '')

/** Ends when the person interrupts, and when the time limit of the options has passed. */
const commandSignal = ({ timeout }: ServerOptions, { signal }: Io): AbortSignal => {
  if (timeout === undefined) return signal
  const limit = new AbortController()
  const reached = new TimeLimitReached(`not finished within ${timeout} s`)
  const timer = setTimeout(() => limit.abort(reached), timeout * 1000)
  timer.unref()
  return AbortSignal.any([signal, limit.signal])
}

export interface Connected {
  client: A2aClient
  /** As the person would write it. */
  url: string
  signal: AbortSignal
}

/** Options of the commands that talk to the agents of others. */
export interface AgentOptions extends Omit<ServerOptions, 'server'>, TrustOptions {
  /** Call only an agent whose card is signed with a key that is trusted. */
  requireSigned?: boolean
  url: string
  /** The version of A2A to speak; the card decides otherwise. */
  protocol?: ProtocolVersion
  transport?: TransportName
}

/** Whom a command talks to, before it has. */
export interface Addressed {
  connection: Connection
  /** As the person would write it. */
  url: string
  signal: AbortSignal
}

export const addressAgent = (options: AgentOptions, io: Io): Addressed => ({
  connection: { ...agentConnection(options, io), grpc: loadGrpc },
  url: serverUrl(options.url).replace(/\/$/, ''),
  signal: commandSignal(options, io),
})

const cardCheck = async (options: AgentOptions, connection: Connection, io: Io): Promise<CheckCard | undefined> => {
  const isWanted = options.requireSigned === true || options.jwks !== undefined || options.key !== undefined
  return isWanted ? requireSigned(connection, (await namedKeys(options, io))?.keys) : undefined
}

/** Finds out how an agent is spoken to. */
export const connectAgent = async (options: AgentOptions, io: Io): Promise<Connected> => {
  const { connection, url, signal } = addressAgent(options, io)
  const { protocol: version, transport } = options
  const checkCard = await cardCheck(options, connection, io)
  const client = await A2aClient.fromUrl(url, { ...connection, signal, version, transport, checkCard }).catch(
    (error: unknown) => {
      const isChosen = version !== undefined || transport !== undefined
      if (!isChosen || !(error instanceof RemoteError) || error.code !== errorCodes.VERSION_NOT_SUPPORTED.rpc)
        throw error
      throw new HintedError(error, 'leave out --protocol and --transport, and the card chooses')
    },
  )
  return { client, url, signal }
}

/** The hints of `call` name an agent as the server: where there is no token of the own one, that of agents is meant. */
const connectionOf = (options: ServerOptions, io: Io): Connection =>
  options.server !== undefined && io.environment.token === undefined
    ? agentConnection(options, io)
    : serverConnection(options, io)

/** Finds the routes of the server about work for workers. */
export const openWork = async (options: ServerOptions, io: Io): Promise<Addressed> => ({
  connection: serverConnection(options, io),
  url: `${await chooseServerUrl(options, io)}/v1/agent`,
  signal: commandSignal(options, io),
})

/** Finds the server and its A2A endpoint. */
export const connect = async (options: ServerOptions, io: Io): Promise<Connected> => {
  const url = await chooseServerUrl(options, io)
  const signal = commandSignal(options, io)
  return { client: await A2aClient.fromUrl(url, { ...connectionOf(options, io), grpc: loadGrpc, signal }), url, signal }
}
