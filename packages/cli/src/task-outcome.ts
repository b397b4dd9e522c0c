import { RemoteError } from '@codetether/client/errors'
import { exitCodes } from './exit-codes.ts'
import { HintedError } from './failure.ts'
import { Interruption, TimeLimitReached } from './interruption.ts'
import type { Output } from './output.ts'
import type { Followed } from './print-events.ts'
import { shellWord } from './shell-word.ts'

/** Exit code for the state in which a task was left; an agent that answers without a task has done its work. */
const outcomeOf = (state: string | undefined): number => {
  if (state === 'failed' || state === 'rejected' || state === 'canceled') return exitCodes.failure
  return state === 'auth-required' ? exitCodes.auth : exitCodes.ok
}

const watchCommand = (taskId: string | undefined, url: string): string =>
  taskId === undefined
    ? `codetether task list --server ${shellWord(url)}`
    : `codetether task watch ${shellWord(taskId)} --server ${shellWord(url)}`

/** Says what the person can do about the state of the task, and returns the exit code for it. */
export const finish = ({ taskId, state }: Followed, url: string, { note, json }: Output): number => {
  const exitCode = outcomeOf(state)
  if (json) return exitCode
  if (state === 'input-required')
    note(`hint: answer with: codetether call ${shellWord(url)} --task ${shellWord(taskId ?? '')} "…"`)
  else if (state === 'auth-required')
    note(`hint: it waits for credentials; follow it with: ${watchCommand(taskId, url)}`)
  else if (exitCode !== exitCodes.ok) note(`error: the task is ${state}`)
  return exitCode
}

const leavingHint = (taskId: string | undefined, url: string): string =>
  taskId === undefined
    ? `a task may have begun; look for it with: ${watchCommand(taskId, url)}`
    : `the task goes on; follow it with: ${watchCommand(taskId, url)}`

/** Adds to an error what the person can do next: go on following a task that goes on, or find the right address. */
export const explainLeaving = (
  error: unknown,
  { taskId }: Followed,
  { client, url }: { client: { endpoint: { url: string } }; url: string },
): unknown => {
  if (error instanceof Interruption || error instanceof TimeLimitReached)
    return new HintedError(error, leavingHint(taskId, url), taskId === undefined ? {} : { taskId })
  const endpoint = client.endpoint.url
  if (error instanceof RemoteError && error.httpStatus === 401 && new URL(endpoint).origin !== new URL(url).origin)
    return new HintedError(
      error,
      `the card sends calls to ${endpoint}, which does not get your token: call that address`,
    )
  return error
}
