import { examine } from '../doctor/examine.ts'
import { printReport } from '../doctor/print-report.ts'
import type { Io } from '../io.ts'
import type { ServeOptions } from '../serve-options.ts'

/** Looks at what the server needs, and says what to do about each problem. Fails if the server could not work. */
export const doctor = async (options: ServeOptions, io: Io): Promise<number> =>
  printReport(await examine(options), options, io)
