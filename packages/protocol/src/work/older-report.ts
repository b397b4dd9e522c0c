import { z } from 'zod'
import { limits } from '../limits.ts'
import { CheckpointData, RunnerMetadata } from './report.ts'

const text = z.string().max(limits.resultChars)
const given = <T extends z.ZodType>(schema: T) => schema.nullish().transform(value => value ?? undefined)

const waiting = ['pending', 'queued'] as const
const running = ['assigned', 'running', 'working'] as const
const stopped = ['cancelled', 'canceled'] as const
const asking = ['input_required', 'needs_input'] as const

/** How older workers say what became of a task: `PUT /tasks/{id}/status`, and the release of a claim. */
export const OlderStatus = z.looseObject({
  status: z.enum([...waiting, ...running, 'completed', 'failed', ...stopped, ...asking]),
  session_id: given(z.string().min(1).max(limits.idChars)),
  result: given(text),
  error: given(text),
})

export type OlderStatus = z.output<typeof OlderStatus>

/** `POST /tasks/{id}/output`. */
export const OlderOutput = z.looseObject({ output: z.string().max(limits.outputChunkChars) })

/** `POST /v1/worker/tasks/heartbeat`, and the same with `/extended` behind it. */
export const OlderHeartbeat = z.looseObject({
  task_id: z.string().max(limits.idChars),
  progress_pct: given(z.number().min(0).max(100)),
  status_message: given(z.string().max(limits.titleChars)),
  checkpoint: CheckpointData.optional(),
  checkpoint_seq: given(z.int().min(1)),
  log_tail: given(z.string().max(limits.logTailChars)),
  runner_metadata: given(RunnerMetadata),
})

export type OlderHeartbeat = z.output<typeof OlderHeartbeat>

export const OlderRelease = OlderStatus.extend({ task_id: z.string().max(limits.idChars) })
