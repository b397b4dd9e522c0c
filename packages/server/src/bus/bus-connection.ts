/** A connection to a program that passes messages on, for as long as it lasts. */
export interface BusConnection {
  /** Resolves when the program has taken the message. */
  publish(message: string): Promise<void>
  /** Resolves when the program has answered on whatever it sends and receives by. */
  ping(): Promise<void>
  /** Resolves when nothing goes through any more. */
  ended: Promise<void>
  /** Ends it at once, also if the program does not answer. */
  close(): void
}

export interface ConnectOptions {
  url: string
  channel: string
  /** A message of anybody who knows the channel, also of oneself. */
  onMessage(message: string): void
  /** How long each step may take, in milliseconds. */
  timeoutMs: number
  /** Nobody waits for it any more. */
  signal: AbortSignal
}

/** Rejects if the program cannot be reached, or does not let us in or onto the channel. */
export type Connect = (options: ConnectOptions) => Promise<BusConnection>
