import { BareCredentialsError, ConnectionError, RemoteError, UntrustedCardError } from '@codetether/client/errors'
import { PlatformError } from '@codetether/protocol/errors'
import { CommanderError } from 'commander'
import { exitCodeOf, exitCodes, remoteErrorCode } from './exit-codes.ts'
import { Interruption, OutputClosed, TimeLimitReached } from './interruption.ts'

/** What a failed command says, to people and to programs. */
export interface Failure {
  exitCode: number
  /** A word for programs: one of the closed list of errors, or USAGE, CONNECTION, TIMEOUT, UNTRUSTED_CARD, INTERRUPTED, DEFECT. */
  code: string
  message: string
  /** The way out. */
  hint?: string
  /** Facts for programs. */
  details?: object
  /** Nothing is said about it: not an error of the person or of the program. */
  silent?: boolean
}

/** The command line asks for something that does not exist or lacks something. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** An error with a hint that only the command knows. */
export class HintedError extends Error {
  override name = 'HintedError'
  override readonly cause: unknown
  readonly hint: string
  /** Facts for programs. */
  readonly details: object

  constructor(cause: unknown, hint: string, details: object = {}) {
    super(cause instanceof Error ? cause.message : String(cause))
    this.cause = cause
    this.hint = hint
    this.details = details
  }
}

const untrustedHint = 'nothing was sent; say whose keys you trust with --jwks or --key'

const hints: Partial<Record<string, string>> = {
  UNAUTHENTICATED: 'give a token with --token, or set CODETETHER_TOKEN',
  FORBIDDEN: 'this token may not do that; another one may',
  TASK_NOT_FOUND: 'list your tasks with: codetether task list',
  CURSOR_GONE: 'print the task as it is with: codetether task get ID',
  RATE_LIMITED: 'try again later',
  UNAVAILABLE: 'try again in a moment',
  BARE: 'use https, or allow it with --allow-http (A2A_CLIENT_ALLOW_HTTP=true) in a network that you trust',
  CONNECTION: 'does a server run there? codetether serve starts one',
  TIMEOUT: 'give it more time with --timeout',
}

const withHint = (hint: string | undefined): { hint?: string } => (hint === undefined ? {} : { hint })

/** A message to a task that has ended: the error tells its state. */
const isOfEndedTask = ({ data }: RemoteError): boolean =>
  Array.isArray(data) && data.some((detail: { metadata?: { state?: unknown } } | null) => detail?.metadata?.state)

const remoteFailure = (error: RemoteError): Failure => {
  const code = remoteErrorCode(error.code, error.httpStatus)
  if (code === 'UNSUPPORTED_OPERATION' && isOfEndedTask(error))
    return {
      exitCode: exitCodes.conflict,
      code,
      message: 'the task has ended, and takes no more messages',
      hint: 'leave out --task to start another one',
      details: { rpcCode: error.code, httpStatus: error.httpStatus, retryable: false, data: error.data },
    }
  const exitCode = code === undefined ? exitCodes.failure : exitCodeOf(code)
  const { code: rpcCode, httpStatus, retryable, retryAfter, data } = error
  return {
    exitCode: retryable ? exitCodes.retryable : exitCode,
    code: code ?? 'REMOTE_ERROR',
    message: error.message,
    ...withHint(code && hints[code]),
    details: { rpcCode, httpStatus, retryable, retryAfter, data },
  }
}

const usageFailure = (message: string, hint?: string): Failure => ({
  exitCode: exitCodes.usage,
  code: 'USAGE',
  message,
  ...withHint(hint),
})

const commanderFailure = (error: CommanderError): Failure => {
  if (error.exitCode === 0) return { exitCode: exitCodes.ok, code: 'OK', message: '', silent: true }
  // Commander prints help in place of a message when the subcommand is missing.
  if (error.code === 'commander.help')
    return usageFailure('a command is missing at the end', 'the same with --help lists what can follow')
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n')
  const suggestion = more.join(' ').replace(/^\(Did (.*)\)$/, 'did $1')
  return usageFailure(message, suggestion || 'codetether --help lists commands and options')
}

const defect = (error: unknown): Failure => ({
  exitCode: exitCodes.failure,
  code: 'DEFECT',
  message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  hint: 'this is a defect of codetether; please report it with the lines above',
})

/** What an error means for the person and for the exit code. The only place that decides this. */
export const describeFailure = (error: unknown): Failure => {
  if (error instanceof HintedError) {
    const failure = describeFailure(error.cause)
    return { ...failure, hint: error.hint, details: { ...failure.details, ...error.details } }
  }
  if (error instanceof CommanderError) return commanderFailure(error)
  if (error instanceof UsageError) return usageFailure(error.message, error.hint)
  if (error instanceof BareCredentialsError) return usageFailure(error.message, hints.BARE)
  if (error instanceof UntrustedCardError)
    return { exitCode: exitCodes.failure, code: 'UNTRUSTED_CARD', message: error.message, hint: untrustedHint }
  if (error instanceof RemoteError) return remoteFailure(error)
  if (error instanceof OutputClosed) return { exitCode: exitCodes.ok, code: 'OK', message: '', silent: true }
  if (error instanceof Interruption) return { exitCode: error.exitCode, code: 'INTERRUPTED', message: error.message }
  if (error instanceof TimeLimitReached)
    return { exitCode: exitCodes.retryable, code: 'TIMEOUT', message: error.message, ...withHint(hints.TIMEOUT) }
  if (error instanceof ConnectionError) {
    const code = error.timedOut ? 'TIMEOUT' : 'CONNECTION'
    const details = { retryable: true }
    return { exitCode: exitCodes.retryable, code, message: error.message, ...withHint(hints[code]), details }
  }
  if (error instanceof PlatformError) {
    const { code, message, details } = error
    const facts = { metadata: details.metadata, fieldViolations: details.fieldViolations }
    return { exitCode: exitCodeOf(code), code, message, ...withHint(hints[code]), details: facts }
  }
  return defect(error)
}
