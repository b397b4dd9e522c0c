import type { Connection } from '@codetether/client/http'
import { UsageError } from './failure.ts'
import type { Io } from './io.ts'

/** Options of every command that talks to agents. */
export interface AccessOptions {
  token?: string
  allowHttp?: boolean
}

/** `Basic` of RFC 7617: name and password in UTF-8. */
const basicAuth = (pair: string): string => {
  if (!pair.includes(':')) throw new UsageError('A2A_CLIENT_BASIC_AUTH has no colon', 'write it as name:password')
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

const keyHeader = (name: string, key: string): Record<string, string> => {
  if (headerName.test(name)) return { [name]: key }
  throw new UsageError(`A2A_CLIENT_API_KEY_HEADER is no name of a header: ${JSON.stringify(name)}`)
}

/** The credentials for the server that the person works with. */
export const serverConnection = ({ token, allowHttp }: AccessOptions, { environment }: Io): Connection => ({
  token: token ?? environment.token,
  authHeader: environment.authHeader,
  allowHttp: allowHttp ?? environment.allowHttp,
})

/**
 * The credentials for an agent of somebody else: `--token`, or what the environment holds for agents. Only where that is
 * nothing, the token of the own server, which may be the one that is meant.
 */
export const agentConnection = (options: AccessOptions, io: Io): Connection => {
  const { bearer, basic, apiKey, apiKeyHeader } = io.environment.agents
  if (bearer === undefined && basic === undefined && apiKey === undefined) return serverConnection(options, io)
  const { token, allowHttp = io.environment.allowHttp } = options
  if (token !== undefined) return { token, allowHttp }
  if (bearer !== undefined && basic !== undefined)
    throw new UsageError('A2A_CLIENT_BEARER_TOKEN and A2A_CLIENT_BASIC_AUTH are both set', 'unset one of them')
  const headers = {
    ...(basic === undefined ? {} : { authorization: basicAuth(basic) }),
    ...(apiKey === undefined ? {} : keyHeader(apiKeyHeader, apiKey)),
  }
  return { allowHttp, ...(bearer === undefined ? {} : { token: bearer }), headers }
}
