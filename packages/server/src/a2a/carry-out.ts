import { PlatformError } from '@codetether/protocol/errors'
import { authorize } from '../auth/authorize.ts'
import { CursorGone } from '../operations/cursor-gone.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import { activateFor } from './extensions.ts'
import type { Answer, AnyMethod, Frames, OpenCall } from './method.ts'

/**
 * Carries out one call, whatever door it came through: whether the caller may, whether the params are an object, what the
 * extensions ask for, whether the params are those of the method, and then the method itself. `design/doors.md` has the
 * whole order. Throws PlatformError, also from the stream of the answer.
 */
export async function carryOut(method: AnyMethod, call: OpenCall, params: unknown): Promise<Answer> {
  authorize(call.principal, method.permission)
  // Its card is how a caller learns what the agent asks for.
  if (call.agent && method.permission !== 'agents:read') activateFor(call.agent.agent, call.extensions)
  if (params !== undefined && (typeof params !== 'object' || Array.isArray(params)))
    throw new PlatformError('INVALID_PARAMS', 'params must be an object', {
      fieldViolations: [{ field: 'params', description: 'must be an object' }],
    })
  const answer = await method.call(call, params)
  return 'stream' in answer ? { ...answer, stream: withSnapshot(answer) } : answer
}

/** A cursor that is gone is refused with the task as the caller's version shows it. */
async function* withSnapshot({ stream, presentTask }: Frames): AsyncGenerator<TaskFrame, void, undefined> {
  try {
    yield* stream
  } catch (error) {
    if (!(error instanceof CursorGone)) throw error
    throw new PlatformError(error.code, error.message, { ...error.details, snapshot: presentTask(error.task) })
  }
}
