import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Jiffies since boot over all processors. */
export interface MachineTime {
  readonly idle: number
  readonly total: number
}

export async function machineTime(): Promise<MachineTime> {
  return parseMachineTime(await readFile('/proc/stat', 'utf8'))
}

/** The first line of /proc/stat. Guest time is already part of user time, so it is left out. */
export function parseMachineTime(stat: string): MachineTime {
  const line = /^cpu +(.+)$/m.exec(stat)?.[1]
  if (line === undefined) throw new Error('/proc/stat has no cpu line')
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .split(' ')
    .map(Number)
  return { idle: idle + iowait, total: user + nice + system + idle + iowait + irq + softirq + steal }
}

/** Per cent of the machine that was idle between the two. */
export function idleBetween(start: MachineTime, end: MachineTime): number {
  return (100 * (end.idle - start.idle)) / Math.max(1, end.total - start.total)
}

export async function idleShare(milliseconds: number, signal: AbortSignal): Promise<number> {
  const start = await machineTime()
  await sleep(milliseconds, undefined, { signal })
  return idleBetween(start, await machineTime())
}
