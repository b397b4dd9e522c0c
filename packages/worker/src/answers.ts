import { type ClaimedTask, WorkLease } from '@codetether/protocol/work/claim'
import type { Errand } from '@codetether/protocol/work/errand'
import { z } from 'zod'

// What the server answers to a worker, as far as the worker reads it.

export const Registered = z.looseObject({
  worker_token: z.string().min(1).optional(),
  worker: z.looseObject({ shared: z.boolean().optional() }).default({}),
})

const text = z.string().nullable()

const ErrandShape: z.ZodType<Errand> = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('clone'), git_url: z.string(), git_branch: text }),
  z.looseObject({ kind: z.literal('pack') }),
  z.looseObject({ kind: z.literal('unpack') }),
])

const Claimed: z.ZodType<ClaimedTask> = z.looseObject({
  ...WorkLease.shape,
  lease_seconds: z.number().positive(),
  title: z.string(),
  prompt: z.string(),
  history: z.array(z.looseObject({})),
  agent_type: z.string(),
  // Older servers do not tell it.
  target_agent_name: text.default(null),
  // A server of before has none.
  errand: ErrandShape.nullable().default(null),
  priority: z.number(),
  codebase_id: text,
  path: text,
  model: text,
  session_id: text,
  metadata: z.looseObject({}).nullable(),
  time_limit_seconds: z.number().positive().nullable(),
  deadline_at: text,
  checkpoint: z.unknown(),
  checkpoint_seq: z.number().default(0),
  created_at: z.string(),
})

export const ClaimAnswer = z.looseObject({ tasks: z.array(Claimed) })

const Outcome = z.discriminatedUnion('ok', [
  z.looseObject({
    task_id: z.string(),
    ok: z.literal(true),
    state: z.string(),
    next_turn: z.looseObject({ prompt: z.string() }).optional(),
  }),
  z.looseObject({
    task_id: z.string(),
    ok: z.literal(false),
    code: z.string(),
    message: z.string(),
    expected_worker_seq: z.number().optional(),
  }),
])

export type Outcome = z.infer<typeof Outcome>

export const ReportAnswer = z.looseObject({ results: z.array(Outcome) })

/** Codebases that nobody has; `next` is where the following page begins. */
export const WantedAnswer = z.looseObject({
  codebases: z.array(z.looseObject({ id: z.uuid(), path: z.string() })),
  next: text,
})

export const RenewAnswer = z.looseObject({
  held: z.array(WorkLease),
  lost: z.array(WorkLease),
  lease_seconds: z.number().positive(),
})

/** A lease that the server knows of this worker, and the number of the last report that it took. */
export const HeldLease = WorkLease.extend({ worker_seq: z.number() })
export type HeldLease = z.infer<typeof HeldLease>

export const Connected = z.looseObject({ held: z.array(HeldLease) })
export const AboutTask = z.looseObject({ task_id: z.string() })
export const Said = z.looseObject({ task_id: z.string(), seq: z.number(), text: z.string().nullable() })
export const Beat = z.looseObject({ status: z.string().optional() })
