import type { DeadLetter } from '@codetether/protocol/dead-letters'
import { connect, type ServerOptions } from './connect.ts'
import type { DataOptions, Io } from './io.ts'

/** Options of the commands for push notifications that were given up. */
export interface LetterOptions extends ServerOptions, DataOptions {
  /** Those of this task. */
  task?: string
  /** Those of everybody, in the database itself. */
  database?: boolean
}

/** With its tenant where those of everybody are listed. */
export type ShownLetter = DeadLetter & { tenant?: string }

/** Where dead letters are looked after: a server for those of the caller, or the database for those of everybody. */
export interface LetterDesk {
  /** The latest first. */
  list(limit: number): Promise<ShownLetter[]>
  /** @returns how many will be sent once more. */
  retry(): Promise<number>
}

export const openLetterDesk = async (options: LetterOptions, io: Io): Promise<LetterDesk> => {
  if (options.database === true) return (await import('./stored-letters.ts')).storedLetters(options, io)
  const { task: taskId } = options
  const { client, signal } = await connect(options, io)
  return {
    async list(limit) {
      const found: ShownLetter[] = []
      for (let pageToken = ''; found.length < limit; ) {
        const page = await client.deadLetters({ taskId, pageToken }, { signal })
        found.push(...page.deadLetters)
        pageToken = page.nextPageToken
        if (pageToken === '') break
      }
      return found.slice(0, limit)
    },
    retry: () => client.retryDeadLetters(taskId === undefined ? { all: true } : { taskId }, { signal }),
  }
}
