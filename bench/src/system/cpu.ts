import { readdir, readFile } from 'node:fs/promises'

/** USER_HZ: the unit of times in /proc, 100 on every architecture Node runs on. */
const TICK_MS = 10

export interface ProcessTimes {
  readonly parent: number
  /** Own time and that of children already waited for, in milliseconds. */
  readonly cpuMs: number
}

interface Process extends ProcessTimes {
  readonly pid: number
}

/** A line of /proc/PID/stat. The command may hold spaces and parentheses, so fields count from the last `)`. */
export function parseProcessTimes(stat: string): ProcessTimes {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (index: number) => Number(fields[index] ?? Number.NaN)
  return { parent: field(1), cpuMs: (field(11) + field(12) + field(13) + field(14)) * TICK_MS }
}

/**
 * CPU time of a process and all below it. A child that ends moves its time into its parent's, so the sum never
 * loses a backend or an autovacuum worker.
 */
export async function treeCpuMs(root: number): Promise<number> {
  return (await treeOf(root)).reduce((sum, { cpuMs }) => sum + cpuMs, 0)
}

/** A process and all below it. */
export async function treeOf(root: number): Promise<Process[]> {
  const processes = await allProcesses()
  const tree: Process[] = []
  let level = processes.filter(({ pid }) => pid === root)
  while (level.length > 0) {
    tree.push(...level)
    const parents = new Set(level.map(({ pid }) => pid))
    level = processes.filter(({ parent }) => parents.has(parent))
  }
  return tree
}

/** Resident memory of one process in megabytes (10^6 bytes). */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kibibytes === undefined) throw new Error(`process ${pid} has no VmRSS`)
  return (Number(kibibytes) * 1024) / 1e6
}

export async function parentOf(pid: number): Promise<number> {
  return parseProcessTimes(await readFile(`/proc/${pid}/stat`, 'utf8')).parent
}

async function allProcesses(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number)
  const found: Process[] = []
  for (const pid of pids) {
    // A process may end between the listing and the look.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
    if (stat !== null) found.push({ pid, ...parseProcessTimes(stat) })
  }
  return found
}
