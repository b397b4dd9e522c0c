import type { JsonObject } from '@codetether/protocol/json'
import type { Message } from '@codetether/protocol/message'
import type { TaskState } from '@codetether/protocol/task-state'

export type WireVersion = '0.3' | '1.0'

/** A row of `tasks`. */
export interface TaskRow {
  tenantId: string
  id: string
  principal: string
  contextId: string
  agent: string
  routing: string
  wireVersion: WireVersion
  metadata: JsonObject | null
  state: TaskState
  statusMessage: Message | null
  statusSeq: number
  statusAt: Date
  lastSeq: number
  generation: number
  attempt: number
  /** The seq of the caller's message that the current turn answers. */
  turnSeq: number
  serialKey: string | null
  /** Set for work of workers. */
  lane: number | null
  /** How it was found which worker gets it, and with which model. */
  decision: JsonObject | null
  /** The worker that holds it, or held it last. */
  workerId: string | null
  lostLeases: number
  deadLetter: string | null
  /** Somebody wants to be told of its changes. */
  hasPush: boolean
  createdAt: Date
  updatedAt: Date
}

/** The columns of a TaskRow. `bigint` travels as text, so seq and generation are cast: they stay far below 2^53. */
export const taskColumns = `
  t.tenant_id as "tenantId", t.id, t.principal, t.context_id as "contextId", t.agent, t.routing,
  t.wire_version as "wireVersion", t.metadata, t.state, t.status_message as "statusMessage",
  t.status_seq::float8 as "statusSeq", t.status_at as "statusAt", t.last_seq::float8 as "lastSeq",
  t.generation::float8 as generation, t.attempt, t.turn_seq::float8 as "turnSeq",
  t.serial_key as "serialKey", t.lane::float8 as lane,
  case when t.lane is not null then (
    select d.routing from task_work d where d.tenant_id = t.tenant_id and d.task_id = t.id) end as decision,
  t.worker_id as "workerId", t.lost_leases as "lostLeases", t.dead_letter as "deadLetter", t.has_push as "hasPush",
  t.created_at as "createdAt", t.updated_at as "updatedAt"`
