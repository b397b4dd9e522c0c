import { exitCodes } from '../exit-codes.ts'
import type { Io, OutputOptions } from '../io.ts'
import { createOutput, harmless, type Style } from '../output.ts'
import type { Check } from './check.ts'

const styles: Record<Check['status'], Style> = { ok: 'green', warn: 'yellow', fail: 'red', skipped: 'gray' }

/** Prints what was found. @returns the exit code: a failure if one of the checks failed. */
export const printReport = async (checks: readonly Check[], options: OutputOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const ok = checks.every(({ status }) => status !== 'fail')
  const lines = checks.flatMap(({ name, status, detail, hint }) => [
    `${output.style(styles[status], status.padEnd(7))} ${name.padEnd(14)} ${harmless(detail)}`,
    ...(hint === '' ? [] : [`${' '.repeat(23)}hint: ${harmless(hint)}`]),
  ])
  await output.result({ report_version: 1, ok, checks }, () => lines.join('\n'))
  return ok ? exitCodes.ok : exitCodes.failure
}
