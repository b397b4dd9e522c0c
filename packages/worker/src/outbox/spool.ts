import { closeSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { WorkLease } from '@codetether/protocol/work/claim'
import { Report } from '@codetether/protocol/work/report'
import type { Lease, SentReport } from '../worker-api.ts'

const blockBytes = 64 * 1024
const lineEnd = 0x0a

export const spoolPath = (directory: string, { task_id, attempt }: Lease): string =>
  join(directory, `${task_id}.${attempt}.jsonl`)

/**
 * Reports that the server has not taken, in a file: a lease, and then a line for each report. Written and read at once, not in the
 * background: it is used only while the server is away, and so everything has its order.
 */
export class Spool {
  readonly #path: string
  readonly #file: number
  readonly #lease: Lease
  /** The last report that an earlier process has left. */
  readonly last: SentReport | null
  #read: number
  #end: number

  private constructor(
    path: string,
    {
      file,
      lease,
      read,
      end,
      last = null,
    }: { file: number; lease: Lease; read: number; end: number; last?: SentReport | null },
  ) {
    this.#path = path
    this.last = last
    this.#file = file
    this.#lease = lease
    this.#read = read
    this.#end = end
  }

  static create(path: string, lease: Lease): Spool {
    const file = openSync(path, 'w+', 0o600)
    const { task_id, attempt, lease_token } = lease
    const head = Buffer.from(`${JSON.stringify({ task_id, attempt, lease_token })}\n`)
    writeSync(file, head)
    return new Spool(path, { file, lease, read: head.length, end: head.length })
  }

  /**
   * What an earlier process has left. Null for what is no spool. A line that it could not end is cut off, and so is what is no report,
   * with all that follows: reports have no gaps.
   */
  static open(path: string): Spool | null {
    const file = openSync(path, 'r+')
    const head = lineAt(file, 0)
    const lease = head && WorkLease.safeParse(parse(head.text))
    if (!lease?.success) {
      closeSync(file)
      return null
    }
    const read = head?.next ?? 0
    let end = read
    let last: SentReport | null = null
    for (let line = lineAt(file, end); line; line = lineAt(file, end)) {
      const report = toReport(line.text, lease.data)
      if (!report) break
      last = report
      end = line.next
    }
    ftruncateSync(file, end)
    return new Spool(path, { file, lease: lease.data, read, end, last })
  }

  get lease(): Lease {
    return this.#lease
  }

  /** What waits. */
  get bytes(): number {
    return this.#end - this.#read
  }

  append({ task_id: _, attempt: __, lease_token: ___, ...report }: SentReport): void {
    const line = Buffer.from(`${JSON.stringify(report)}\n`)
    writeSync(this.#file, line, 0, line.length, this.#end)
    this.#end += line.length
  }

  /** The first report that waits. Null also if it cannot be read, which `bytes` tells apart. */
  first(): SentReport | null {
    const line = this.#read < this.#end ? lineAt(this.#file, this.#read) : null
    return line && toReport(line.text, this.#lease)
  }

  shift(): void {
    this.#read = lineAt(this.#file, this.#read)?.next ?? this.#end
  }

  /** Leaves it for a later process. */
  close(): void {
    closeSync(this.#file)
  }

  remove(): void {
    this.close()
    rmSync(this.#path, { force: true })
  }
}

function toReport(line: string, lease: Lease): SentReport | null {
  const report = Report.safeParse({ ...asObject(parse(line)), ...lease })
  return report.success ? report.data : null
}

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The whole line that begins at a place, and where the next one does. */
function lineAt(file: number, start: number): { text: string; next: number } | null {
  const blocks: Buffer[] = []
  for (let at = start; ; ) {
    const block = Buffer.alloc(blockBytes)
    const size = readSync(file, block, 0, blockBytes, at)
    if (size === 0) return null
    const found = block.subarray(0, size).indexOf(lineEnd)
    if (found >= 0) {
      blocks.push(block.subarray(0, found))
      return { text: Buffer.concat(blocks).toString('utf8'), next: at + found + 1 }
    }
    blocks.push(block.subarray(0, size))
    at += size
  }
}
