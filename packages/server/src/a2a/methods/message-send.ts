import { SendParams } from '@codetether/protocol/v03/params'
import { waitForTask } from '../../operations/wait-for-task.ts'
import { presentOldView } from '../../present/old-view.ts'
import { presentTask } from '../../present/task-v03.ts'
import type { TaskSnapshot } from '../../store/read-tasks.ts'
import type { Call, Method } from '../method.ts'
import { type Started, startTask } from '../start-task.ts'

/** `message/send` (A2A v0.3 §7.1). Waits for the agent unless `blocking` is false. */
export const messageSend: Method<SendParams> = {
  name: 'message/send',
  permission: 'tasks:write',
  params: SendParams,
  async handle(call) {
    const started = await startTask(call)
    const { historyLength } = call.params.configuration ?? {}
    const snapshot = await settled(call, started)
    const result = presentTask(snapshot, { historyLength })
    return { result: call.params.message.oldShape ? { ...result, ...presentOldView(snapshot) } : result }
  },
}

async function settled({ ctx, principal, params, signal }: Call<SendParams>, started: Started): Promise<TaskSnapshot> {
  if (started.snapshot && (started.settled || params.configuration?.blocking === false)) return started.snapshot
  const { taskId } = started
  return waitForTask(ctx, principal, { taskId, signal, wait: params.configuration?.blocking !== false })
}
