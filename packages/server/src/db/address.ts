/** Where a database is and who logs in there. */
export interface DatabaseAddress {
  /** A host name, or the directory of a unix socket (then it starts with `/`). */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  /** Absent: the connection is not encrypted. */
  readonly ssl?: Tls
}

/** How the server of an encrypted connection proves who it is. */
export interface Tls {
  readonly rejectUnauthorized?: boolean
  /** Who may have signed its certificate, as PEM; the system's authorities if absent. */
  readonly ca?: string
  /** Replaces the comparison of the certificate's names with the host. */
  readonly checkServerIdentity?: () => undefined
}

/** Takes one line for people. */
export type Log = (message: string) => void
