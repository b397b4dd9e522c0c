import type { LoggedEvent } from '@codetether/protocol/task-event'
import type { Context } from '../../context.ts'
import { peekTask } from '../../operations/get-task.ts'
import { insertFiles } from '../../operations/inline-files.ts'
import { toFrame } from '../../operations/read-tail.ts'
import { presentFrame } from '../../present/task-v10.ts'
import type { PushTarget } from '../../store/push-deliveries.ts'
import { renderTask } from './render-task.ts'

interface Rendered {
  contentType: string
  body: string
}

/**
 * What a receiver is told of an event: in v1.0 the frame that a stream would show (§4.3.3), in v0.3 the task as it is now
 * (§9.5), because that version knows nothing smaller.
 */
export async function renderPush(ctx: Context, target: PushTarget, event: LoggedEvent): Promise<Rendered> {
  const { tenantId, taskId, wireVersion } = target
  const principal = { tenantId, id: target.principal, permissions: new Set<never>() }
  if (wireVersion === '0.3') return { contentType: 'application/json', body: await renderTask(ctx, principal, taskId) }
  const task = await peekTask(ctx, principal, taskId)
  const [whole = event] = await insertFiles(fn => ctx.store.read(tenantId, fn), tenantId, [event])
  const tail = { snapshot: { task, messages: [], artifacts: [] } }
  const frame = presentFrame(await toFrame(ctx, tail, { event: whole, isLast: false }))
  return { contentType: 'application/a2a+json', body: JSON.stringify(frame) }
}
