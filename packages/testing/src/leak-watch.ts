import { writeSync } from 'node:fs'
import { after } from 'node:test'
import { environment } from './environment.ts'

/**
 * Loaded into the process of every test file by `npm test`. A file whose tests are done must end by itself: what keeps
 * it alive is a leak, so it is named and the process is killed, which fails the file.
 */
const patienceMs = 10_000
const fileMs = 180_000

function endAfter(milliseconds: number, reason: string): void {
  const timer = setTimeout(() => {
    writeSync(2, `${reason}. It is kept alive by: ${process.getActiveResourcesInfo().join(', ')}\n`)
    process.kill(process.pid, 'SIGKILL')
  }, milliseconds)
  timer.unref()
}

// The runner itself is loaded with the same flags.
if (environment.isTestFile) {
  endAfter(fileMs, `the file has not ended after ${fileMs / 1000} s`)
  after(() => endAfter(patienceMs, `the tests of the file ended ${patienceMs / 1000} s ago, its process did not`))
}
