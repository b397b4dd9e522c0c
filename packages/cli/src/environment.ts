import { resolve } from 'node:path'

/** What the commands that talk to a server take from the environment. */
export interface Environment {
  /** CODETETHER_SERVER, or A2A_SERVER_URL. */
  server: string | undefined
  /** CODETETHER_TOKEN. */
  token: string | undefined
  /** A2A_AUTH_HEADER: the header that carries the token, if not Authorization. */
  authHeader: string | undefined
  /** CODETETHER_DATA_DIR: where a server of this directory says that it runs. */
  dataDir: string
  /** SHELL: the program of the person's shell. */
  shell: string | undefined
}

const given = (text: string | undefined): string | undefined => (text?.trim() ? text.trim() : undefined)

/** The only reader of `process.env` on the client's side. */
export const readEnvironment = (variables: NodeJS.ProcessEnv = process.env): Environment => ({
  server: given(variables.CODETETHER_SERVER) ?? given(variables.A2A_SERVER_URL),
  token: given(variables.CODETETHER_TOKEN),
  authHeader: given(variables.A2A_AUTH_HEADER),
  dataDir: resolve(given(variables.CODETETHER_DATA_DIR) ?? '.codetether'),
  shell: given(variables.SHELL),
})
