import type { Context } from '../../context.ts'
import { isCodebase } from '../../store/codebases.ts'
import { agentText } from '../agent-text.ts'
import { applyEvents } from '../apply-events.ts'

/** Ends a task that was stored just now if its codebase was deleted meanwhile: whoever deleted it may not have seen the task. */
export async function endOrphan(
  ctx: Context,
  { tenantId, taskId, codebaseId, actor }: { tenantId: string; taskId: string; codebaseId: string; actor: string },
): Promise<void> {
  if (await ctx.store.read(tenantId, tx => isCodebase(tx, tenantId, codebaseId))) return
  const message = agentText('The codebase was deleted.')
  await applyEvents(ctx, { tenantId, taskId, actor, events: [{ kind: 'status', state: 'canceled', message }] })
}
