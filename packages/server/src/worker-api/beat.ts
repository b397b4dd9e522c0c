/** When a heartbeat is due: every so often, however much else there is to tell meanwhile. */
export function createBeat(periodMs: number, now: () => number = () => performance.now()) {
  let dueAt = now() + periodMs
  return {
    /** Milliseconds until the next one. */
    left: () => Math.max(0, dueAt - now()),
    /** Is one due? The next one is then due a period later. */
    take(): boolean {
      if (now() < dueAt) return false
      dueAt = now() + periodMs
      return true
    },
  }
}
