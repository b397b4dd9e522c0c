import { resolve } from 'node:path'
import { readWorkerEnvironment, type WorkerEnvironment } from './worker-environment.ts'

/** Credentials for agents of others: what `call`, `card URL` and `inspect` say who they are with. */
export interface AgentCredentials {
  /** A2A_CLIENT_BEARER_TOKEN. */
  bearer: string | undefined
  /** A2A_CLIENT_BASIC_AUTH: `name:password`. */
  basic: string | undefined
  /** A2A_CLIENT_API_KEY. */
  apiKey: string | undefined
  /** A2A_CLIENT_API_KEY_HEADER: the header that carries the key. */
  apiKeyHeader: string
}

/** What the commands that talk to a server take from the environment. */
export interface Environment {
  /** CODETETHER_SERVER, or A2A_SERVER_URL. */
  server: string | undefined
  /** CODETETHER_TOKEN. */
  token: string | undefined
  /** A2A_AUTH_HEADER: the header that carries the token, if not Authorization. */
  authHeader: string | undefined
  agents: AgentCredentials
  /** A2A_CLIENT_ALLOW_HTTP=true: credentials may travel over plain http to other networks. */
  allowHttp: boolean
  /** CODETETHER_DATA_DIR: where a server of this directory says that it runs. */
  dataDir: string
  /** SHELL: the program of the person's shell. */
  shell: string | undefined
  worker: WorkerEnvironment
  /** All of it: commands of a worker are given a part, and their output does not show the secrets in it. */
  variables: Readonly<NodeJS.ProcessEnv>
}

const given = (text: string | undefined): string | undefined => (text?.trim() ? text.trim() : undefined)

/** The only reader of `process.env` on the client's side. */
export const readEnvironment = (variables: NodeJS.ProcessEnv = process.env): Environment => ({
  server: given(variables.CODETETHER_SERVER) ?? given(variables.A2A_SERVER_URL),
  token: given(variables.CODETETHER_TOKEN),
  authHeader: given(variables.A2A_AUTH_HEADER),
  agents: {
    bearer: given(variables.A2A_CLIENT_BEARER_TOKEN),
    basic: given(variables.A2A_CLIENT_BASIC_AUTH),
    apiKey: given(variables.A2A_CLIENT_API_KEY),
    apiKeyHeader: given(variables.A2A_CLIENT_API_KEY_HEADER) ?? 'X-API-Key',
  },
  allowHttp: given(variables.A2A_CLIENT_ALLOW_HTTP)?.toLowerCase() === 'true',
  dataDir: resolve(given(variables.CODETETHER_DATA_DIR) ?? '.codetether'),
  shell: given(variables.SHELL),
  worker: readWorkerEnvironment((...names) =>
    names.map(name => given(variables[name])).find(text => text !== undefined),
  ),
  variables,
})
