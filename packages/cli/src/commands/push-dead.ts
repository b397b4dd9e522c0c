import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type LetterOptions, openLetterDesk, type ShownLetter } from '../letter-desk.ts'
import { createOutput } from '../output.ts'
import { table } from '../table.ts'

export interface PushDeadOptions extends LetterOptions {
  /** The most to list. */
  limit?: number
}

const defaultLimit = 100

const heading = ['GIVEN UP', 'TASK', 'CONFIG', 'EVENT', 'ATTEMPTS', 'REASON', 'HOST']

const rowOf = ({ givenUpAt, taskId, configId, seq, attempts, reason, retrying, host }: ShownLetter): string[] => [
  givenUpAt.replace(/\.\d+Z$/, 'Z'),
  taskId,
  configId,
  String(seq),
  String(attempts),
  retrying ? 'retrying' : reason,
  host,
]

/** Prints the push notifications that were given up, the latest first: the caller's own, or in the database all. */
export const pushDead = async (options: PushDeadOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const desk = await openLetterDesk(options, io)
  const letters = await desk.list(options.limit ?? defaultLimit)
  const lines = () =>
    options.database === true
      ? table(
          ['TENANT', ...heading],
          letters.map(letter => [letter.tenant ?? '', ...rowOf(letter)]),
          output.columns,
        )
      : table(heading, letters.map(rowOf), output.columns)
  await output.result(letters, () => lines().join('\n'))
  return exitCodes.ok
}
