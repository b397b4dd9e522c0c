import type { Check } from '../doctor/check.ts'
import { examine } from '../doctor/examine.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput, harmless, type Style } from '../output.ts'
import type { ServeOptions } from '../serve-options.ts'

const styles: Record<Check['status'], Style> = { ok: 'green', warn: 'yellow', fail: 'red', skipped: 'gray' }

/** Looks at what the server needs, and says what to do about each problem. Fails if the server could not work. */
export const doctor = async (options: ServeOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const checks = await examine(options)
  const ok = checks.every(({ status }) => status !== 'fail')
  const lines = checks.flatMap(({ name, status, detail, hint }) => [
    `${output.style(styles[status], status.padEnd(7))} ${name.padEnd(14)} ${harmless(detail)}`,
    ...(hint === '' ? [] : [`${' '.repeat(23)}hint: ${harmless(hint)}`]),
  ])
  await output.result({ report_version: 1, ok, checks }, () => lines.join('\n'))
  return ok ? exitCodes.ok : exitCodes.failure
}
