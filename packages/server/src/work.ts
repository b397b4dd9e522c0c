/** Tasks that wait for somebody to run them. */
export interface Work {
  /** Wakes whoever may claim them, in this process and by way of the bus in the others. */
  wake(): void
  /** Wakes this process alone: for a task behind one that it has just run. */
  wakeHere(): void
  /** Resolves when woken since the last call, after `pollMs` without it, or on abort. */
  next(pollMs: number, signal: AbortSignal): Promise<void>
}
