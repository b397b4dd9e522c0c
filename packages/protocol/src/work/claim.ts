import { z } from 'zod'
import { limits } from '../limits.ts'
import type { Errand } from './errand.ts'

/** Asks for work: for one task by its id, or for as many as there is room for, waiting for the first if there is none. */
export const ClaimTasks = z.looseObject({
  task_id: z.uuid().toLowerCase().optional(),
  limit: z.int().min(1).max(limits.claimedAtOnce).default(1),
  wait_seconds: z.number().min(0).max(limits.claimWaitSeconds).default(0),
})

/** Asks for one task by its id. */
export const ClaimOne = z.looseObject({ task_id: z.uuid().toLowerCase() })

/** The right to one attempt of a task, as a worker shows it with everything that it writes. */
export const WorkLease = z.object({
  task_id: z.uuid().toLowerCase(),
  attempt: z.int().min(1),
  lease_token: z.uuid().toLowerCase(),
})

/** A task as a worker gets it. Times are ISO 8601, durations seconds. */
export interface ClaimedTask extends z.output<typeof WorkLease> {
  /** How long the lease lasts unless it is renewed. */
  lease_seconds: number
  title: string
  /** The text of the message that this attempt answers. */
  prompt: string
  /** All messages so far, oldest first, in the form of A2A v1.0. */
  history: readonly object[]
  agent_type: string
  /** As which of its agents the worker was asked, in lower case; null: as none of them. */
  target_agent_name: string | null
  /** Null: the task is for the runtime. */
  errand: Errand | null
  priority: number
  codebase_id: string | null
  /** Where this worker has the codebase. */
  path: string | null
  model: string | null
  session_id: string | null
  metadata: object | null
  time_limit_seconds: number | null
  deadline_at: string | null
  /** What an earlier attempt left to go on from. */
  checkpoint: unknown
  /** The number of that checkpoint: a later one has a higher one. 0 if there is none. */
  checkpoint_seq: number
  created_at: string
}
