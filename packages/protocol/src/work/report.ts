import { z } from 'zod'
import { JsonValue, Metadata } from '../json-schema.ts'
import { limits } from '../limits.ts'
import { WorkLease } from './claim.ts'
import { outputStreams } from './output.ts'

const text = (most: number) => z.string().max(most)

const OutputChunk = z.looseObject({
  stream: z.enum(outputStreams).default('stdout'),
  text: text(limits.outputChunkChars),
})

export const RunnerMetadata = Metadata.refine(given => JSON.stringify(given).length <= limits.runnerMetadataChars, {
  error: `has at most ${limits.runnerMetadataChars} characters`,
})

const Progress = z.looseObject({
  percent: z.number().min(0).max(100).optional(),
  message: text(limits.titleChars).optional(),
  /** The end of what it has written elsewhere, and what runs it. Both are shown as the last report has them. */
  log_tail: text(limits.logTailChars).optional(),
  runner_metadata: RunnerMetadata.optional(),
})

export const CheckpointData = JsonValue.refine(
  // The size of what is stored, not of what was sent.
  data => JSON.stringify(data).length <= limits.checkpointChars,
  { error: `has at most ${limits.checkpointChars} characters` },
)

/** Where a later attempt may go on. The one with the highest `seq` counts. */
const Checkpoint = z.looseObject({ seq: z.int().min(1), data: CheckpointData })

/** `failed` with `retry` runs again, after a while, as long as attempts are left; `released` at once, uncounted. */
const Finish = z.looseObject({
  status: z.enum(['completed', 'failed', 'rejected', 'input-required', 'auth-required', 'released']),
  result: text(limits.resultChars).optional(),
  error: text(limits.resultChars).optional(),
  retry: z.boolean().default(false),
})

/**
 * What a worker tells of an attempt. Reports of an attempt are numbered 1, 2, 3 … by `worker_seq`: one that comes again
 * changes nothing, one that leaves a number out is refused.
 */
export const Report = z.looseObject({
  ...WorkLease.shape,
  worker_seq: z.int().min(1),
  output: z.array(OutputChunk).max(limits.outputChunks).default([]),
  progress: Progress.optional(),
  checkpoint: Checkpoint.optional(),
  session_id: z.string().min(1).max(limits.idChars).optional(),
  finish: Finish.optional(),
})

export type Report = z.output<typeof Report>

export const Reports = z.looseObject({ reports: z.array(Report).min(1).max(limits.reportsPerCall) })

/** What became of a report: taken, or why not. */
export type ReportOutcome =
  | { task_id: string; ok: true; state: string; next_turn?: { prompt: string } }
  | { task_id: string; ok: false; code: string; message: string; expected_worker_seq?: number }

/** Renews leases. */
export const Renewal = z.looseObject({ leases: z.array(WorkLease).min(1).max(limits.reportsPerCall) })
