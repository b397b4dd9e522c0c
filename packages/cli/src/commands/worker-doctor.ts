import { serverConnection } from '../agent-connection.ts'
import { chooseServerUrl } from '../connect.ts'
import { examineWorker } from '../doctor/examine-worker.ts'
import { printReport } from '../doctor/print-report.ts'
import type { Io } from '../io.ts'
import { clonesOf, codebasesOf, commandOf, rootsOf, type WorkerOptions, workerDataDir } from '../worker-options.ts'

/** Looks at what a worker with these options needs. Fails if it could not work. */
export const workerDoctor = async (options: WorkerOptions, io: Io): Promise<number> =>
  printReport(
    await examineWorker({
      url: await chooseServerUrl(options, io),
      connection: serverConnection(options, io),
      dataDir: workerDataDir(options, io),
      codebases: codebasesOf(options, io),
      clonesDir: clonesOf(options, io),
      roots: rootsOf(options, io),
      command: options.runtime === 'echo' ? null : commandOf(options, io),
    }),
    options,
    io,
  )
