import { residentMegabytes } from './cpu.ts'

const LOOK_MS = 50

/** The most that a process is seen to hold, in megabytes, from now until it is asked. */
export function watchPeak(pid: number): { stop: () => Promise<number> } {
  let peak = 0
  const look = async () => {
    peak = Math.max(peak, await residentMegabytes(pid))
  }
  // A process that has ended is the caller's to notice.
  const timer = setInterval(() => void look().catch(() => {}), LOOK_MS)
  return {
    async stop() {
      clearInterval(timer)
      await look()
      return peak
    },
  }
}
