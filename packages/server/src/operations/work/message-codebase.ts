import { PlatformError } from '@codetether/protocol/errors'
import type { Message } from '@codetether/protocol/message'
import type { WorkRequest } from '@codetether/protocol/work/create-work'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { findLastSession, listOpen } from '../../store/open-work.ts'
import { findRequest } from '../../store/requests.ts'
import { continueTask } from '../continue-task.ts'
import { createWork } from './create-work.ts'
import { getCodebase } from './get-codebase.ts'
import { workerAgentName } from './worker-agent.ts'

export interface CodebaseMessage {
  codebaseId: string
  request: WorkRequest
  /** Whether the caller has said what kind of work a new task is to be. */
  saysKind: boolean
  key: string | null
}

/**
 * Continues a conversation in a codebase: the session that is named, or the caller's last one, or a new one. A task of it that runs or
 * asks something gets the message as its next turn, else the message is a task. Throws NOT_FOUND, and CONFLICT for a key that was used
 * for something else.
 * @returns the id of the task that has the message.
 */
export async function messageCodebase(ctx: Context, principal: Principal, given: CodebaseMessage): Promise<string> {
  const { tenantId } = principal
  const { id: codebaseId } = await getCodebase(ctx, principal, given.codebaseId)
  const scope = { tenantId, codebaseId, principal: principal.id }
  const { request, key } = given
  const text = { messageId: key ?? newId(), role: 'user' as const, parts: [{ text: request.prompt }] }
  const before = key === null ? null : await findBefore(ctx, principal, key)
  if (before !== null && (await add(ctx, principal, before, text))) return before
  const named = request.session_id ?? null
  const last = await ctx.store.read(tenantId, tx => findLastSession(tx, { ...scope, sessionId: named }))
  const sessionId = named ?? last?.sessionId ?? newId()
  const [open] = await ctx.store.read(tenantId, tx => listOpen(tx, { ...scope, states: active, sessionId, limit: 100 }))
  if (open && (await add(ctx, principal, open.id, text))) return open.id
  // What follows in a session is work of the same kind, unless the caller says otherwise.
  const kind = given.saysKind || !last ? {} : { agent_type: last.agentType }
  const asked = { ...request, ...kind, modelWish: request.modelWish ?? last?.modelRef ?? null, codebaseId }
  return (await createWork(ctx, principal, { request: asked, key, newSession: sessionId })).taskId
}

const active = ['working', 'input-required', 'auth-required'] as const

/** The task that has a message with this id already. */
async function findBefore(ctx: Context, { tenantId, id }: Principal, messageId: string): Promise<string | null> {
  const key = { tenantId, principal: id, agent: workerAgentName, messageId }
  const known = await ctx.store.read(tenantId, tx => findRequest(tx, key))
  return known?.taskId ?? null
}

/** @returns false if the task has ended by now. */
async function add(ctx: Context, principal: Principal, taskId: string, message: Message): Promise<boolean> {
  try {
    await continueTask(ctx, principal, { taskId, contextId: null, message, admit: async () => undefined })
    return true
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'UNSUPPORTED_OPERATION') return false
    throw error
  }
}
