/** Where a database is and who logs in there. */
export interface DatabaseAddress {
  /** A host name, or the directory of a unix socket (then it starts with `/`). */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
}

/** Takes one line for people. */
export type Log = (message: string) => void
