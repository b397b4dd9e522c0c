/** One that asks, and waits for the answer before it asks again. */
export interface Caller {
  /** A request, one character for each byte. */
  readonly send: (request: string) => void
  readonly close: () => void
}

export interface CallerEvents {
  readonly connected: () => void
  readonly response: (status: number, body: Buffer) => void
  /** The connection is over, which no server does to a busy client. */
  readonly failed: (error: Error) => void
}
