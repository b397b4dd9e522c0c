import { OlderHeartbeat, OlderOutput, OlderRelease, OlderStatus } from '@codetether/protocol/work/older-report'
import type { Report } from '@codetether/protocol/work/report'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.ts'
import { olderFinish, reportHeld } from '../operations/work/report-held.ts'
import { workerOf } from '../operations/work/worker-of.ts'
import { prefixes } from '../present/prefixes.ts'
import { readBody } from '../read-input.ts'

interface ById {
  Params: { id: string }
}

/** What older workers call: without a lease, so only the worker that holds the task now is heard. */
export const olderRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const config = { permission: 'worker:run' } as const
  for (const prefix of prefixes) {
    app.put<ById>(`${prefix}/tasks/:id/status`, { config }, async request => {
      const given = readBody(request, OlderStatus)
      return { success: true, ...(await tell(request.params.id, given, workerOf(request.principal))) }
    })

    app.post<ById>(`${prefix}/tasks/:id/output`, { config }, async request => {
      const { output } = readBody(request, OlderOutput)
      const chunks = [{ stream: 'stdout' as const, text: output }]
      await reportHeld(ctx, workerOf(request.principal), request.params.id, { output: chunks })
      return { success: true }
    })
  }

  app.post('/v1/worker/tasks/release', { config }, async request => {
    const { task_id, ...given } = readBody(request, OlderRelease)
    return { success: true, task_id, ...(await tell(task_id, given, workerOf(request.principal))) }
  })

  for (const path of ['heartbeat', 'heartbeat/extended'])
    app.post(`/v1/worker/tasks/${path}`, { config }, async request => {
      const given = readBody(request, OlderHeartbeat)
      const { task_id } = given
      const { state } = await reportHeld(ctx, workerOf(request.principal), task_id, heardOf(given))
      return { success: true, task_id, state, lease_seconds: ctx.config.work.leaseMs / 1000 }
    })

  const tell = (taskId: string, given: OlderStatus, worker: ReturnType<typeof workerOf>) => {
    const finish = olderFinish(given)
    const { session_id } = given
    return reportHeld(ctx, worker, taskId, {
      ...(session_id !== undefined && { session_id }),
      ...(finish && { finish }),
    })
  }
}

/** What a heartbeat tells beside that the worker lives. */
function heardOf(given: OlderHeartbeat): Pick<Report, 'progress' | 'checkpoint'> {
  const {
    progress_pct: percent,
    status_message: message,
    log_tail,
    runner_metadata,
    checkpoint,
    checkpoint_seq,
  } = given
  const progress = { percent, message, log_tail, runner_metadata }
  return {
    ...(Object.values(progress).some(value => value !== undefined) && { progress }),
    ...(checkpoint !== undefined &&
      checkpoint_seq !== undefined && { checkpoint: { seq: checkpoint_seq, data: checkpoint } }),
  }
}
