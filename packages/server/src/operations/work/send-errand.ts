import { type ErrandKind, errandCapabilities } from '@codetether/protocol/work/errand'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import type { Lane } from '../../store/lanes.ts'
import { submitTask } from '../submit-task.ts'
import { placeIn } from './routing.ts'
import { workerAgentName } from './worker-agent.ts'

export interface NewErrand {
  errand: ErrandKind
  codebaseId: string
  title: string
  /** What listings call this kind of work. */
  agentType: string
  /** Only this worker; null: whichever may. */
  workerId: string | null
  /** Sent again under the same one, it is the same errand. Null: each is a new one. */
  key: string | null
  deadlineSeconds: number | null
}

/** Stores a task that a worker carries out itself. Whoever is to clone has nothing yet, all others have the codebase. @returns its id. */
export async function sendErrand(ctx: Context, principal: Principal, given: NewErrand): Promise<string> {
  const { errand, codebaseId, title, agentType, workerId, key, deadlineSeconds } = given
  const capabilities = [errandCapabilities[errand]]
  const demanded: Lane = {
    principal: principal.id,
    workerId,
    agentName: null,
    codebaseId: errand === 'clone' ? null : codebaseId,
    capabilities,
    modelRef: null,
    held: false,
  }
  const decision = {
    ...(workerId !== null && { target_worker_id: workerId }),
    ...{ codebase_id: codebaseId, required_capabilities: capabilities },
  }
  const { lane, warning } = await placeIn(ctx, principal.tenantId, demanded, decision)
  const submitted = await submitTask(ctx, principal, {
    message: { messageId: key ?? newId(), role: 'user', parts: [{ text: title }] },
    messageIdGiven: key !== null,
    contextId: null,
    agent: {
      name: workerAgentName,
      delaySeconds: 0,
      serialKey: null,
      notice: warning,
      queue: { lane, inCodebase: true, priority: 0, deadlineSeconds, maxAttempts: ctx.config.work.attempts },
      work: {
        ...{ title, agentType, codebaseId, routing: decision, errand },
        ...{ modelRef: null, sessionId: null, timeLimitSeconds: null },
      },
    },
    routing: 'worker',
    metadata: null,
    wireVersion: '1.0',
    push: null,
    asked: { errand, codebaseId, key },
  })
  return submitted.isNew ? submitted.task.id : submitted.taskId
}
