import type { Json, JsonObject } from '@codetether/protocol/json'
import type { ErrandKind } from '@codetether/protocol/work/errand'
import { beginSessions } from './sessions.ts'
import { statement } from './statement.ts'
import type { Writer } from './store.ts'

/** What a task of workers is beyond a task of A2A. */
export interface NewWork {
  title: string
  /** What kind of work it is: build, plan … */
  agentType: string
  codebaseId: string | null
  routing: JsonObject
  modelRef: string | null
  sessionId: string | null
  timeLimitSeconds: number | null
  /** Null: the worker's runtime carries it out. */
  errand: ErrandKind | null
}

// Only for tasks that are stored: another one may have had the message id.
const insert = statement(`
  insert into task_work (tenant_id, task_id, title, agent_type, codebase_id, routing, model_ref, session_id, time_limit_seconds,
    errand)
  select $1, w.id, w.title, w."agentType", w."codebaseId", w.routing, w."modelRef", w."sessionId", w."timeLimitSeconds",
    w.errand
  from jsonb_to_recordset($2::jsonb) as w (
    id uuid, title text, "agentType" text, "codebaseId" uuid, routing jsonb, "modelRef" text, "sessionId" text, "timeLimitSeconds" int,
    errand text)
  join tasks t on t.tenant_id = $1 and t.id = w.id`)

export async function insertWork(
  tx: Writer,
  tenantId: string,
  work: readonly (NewWork & { id: string })[],
): Promise<void> {
  if (work.length === 0) return
  await Promise.all([tx.query(insert, [tenantId, JSON.stringify(work)]), beginSessions(tx, tenantId, work)])
}

/** What an attempt tells of how far it is, and where a later one may go on. */
export interface WorkNote {
  progress: JsonObject | null
  checkpoint: { seq: number; data: Json } | null
  sessionId: string | null
}
