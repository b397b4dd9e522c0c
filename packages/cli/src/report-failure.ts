import { styleText } from 'node:util'
import { describeFailure } from './failure.ts'
import type { Io } from './io.ts'
import { harmless } from './output.ts'

/** Says what went wrong: one JSON document on standard output, or lines on standard error. Returns the exit code. */
export const reportFailure = (error: unknown, { stdout, stderr }: Io, json: boolean): number => {
  const { exitCode, silent, details, ...failure } = describeFailure(error)
  if (silent === true) return exitCode
  if (json) {
    stdout.write(`${JSON.stringify({ error: { ...failure, exitCode, ...details } })}\n`)
    return exitCode
  }
  const line = (style: 'red' | 'cyan', word: string, text: string) =>
    stderr.write(`${styleText(style, word, { stream: stderr })}: ${harmless(text)}\n`)
  if (failure.code !== 'INTERRUPTED') line('red', 'error', failure.message)
  if (failure.hint !== undefined) line('cyan', 'hint', failure.hint)
  return exitCode
}
