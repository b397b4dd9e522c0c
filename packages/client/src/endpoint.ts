import type { Connection } from './http.ts'
import type { ProtocolVersion, TransportName } from './operation.ts'

/** One address of an agent, and how it is spoken to there. */
export interface Endpoint extends Connection {
  url: string
  version: ProtocolVersion
  transport: TransportName
  /** The routing key that the card wants back in every request (A2A v1.0 §4.4.6). */
  tenant?: string | undefined
  /**
   * The agent recognizes a message that it has had by its id and answers with the same task: it declares the resume
   * extension. Only then is a message ever sent again by itself.
   */
  attaches: boolean
  /** The card declares streams (A2A v1.0 §4.4.3, v0.3 §5.5.2). */
  streams: boolean
}
