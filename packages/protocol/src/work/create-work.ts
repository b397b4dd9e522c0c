import { z } from 'zod'
import { Metadata } from '../json-schema.ts'
import { limits } from '../limits.ts'
import { ownCapabilities } from './errand.ts'
import { Label, Labels, ModelWish, Name, WorkerId } from './names.ts'

/** An empty string or null means absent, as the older clients write it. */
export const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess(given => (given === '' || given === null ? undefined : given), schema.optional())

/** A file that a task is about: a name or a path in the codebase. */
const FileName = z
  .string()
  .min(1)
  .max(limits.pathChars)
  .regex(/^[^\p{Cc}]*$/u, { error: 'must be one line' })

/** What a task may cost: moves the tier of the model that is chosen for it. */
export const budgets = ['low', 'normal', 'high'] as const
export type Budget = (typeof budgets)[number]

/** What a task is called that nobody has given a title. */
const firstLine = (prompt: string): string => prompt.trim().split(/\r|\n/, 1)[0]?.slice(0, 80) || 'Task'

/** What a caller says of work for a worker. */
export const workFields = z.looseObject({
  title: optional(Name.max(limits.titleChars)),
  prompt: z.string().min(1).max(limits.textChars),
  agent_type: optional(Label),
  agent: optional(Label),
  priority: z.int().min(-limits.workPriority).max(limits.workPriority).default(0),
  metadata: Metadata.default({}),
  codebase_id: optional(z.string().max(limits.idChars)),
  workspace_id: optional(z.string().max(limits.idChars)),
  model: optional(ModelWish),
  model_ref: optional(ModelWish),
  worker_personality: optional(Label),
  files: z.array(FileName).max(limits.filesPerTask).default([]),
  budget: optional(z.enum(budgets)),
  target_worker_id: optional(WorkerId),
  target_agent_name: optional(Name),
  required_capabilities: Labels.refine(labels => !labels.some(label => label.startsWith(ownCapabilities)), {
    error: `must not begin with ${ownCapabilities}`,
  }).default([]),
  session_id: optional(z.string().max(limits.idChars)),
  max_attempts: z.int().min(1).max(limits.workAttemptsMost).optional(),
  deadline_seconds: optional(z.number().positive().max(limits.timeLimitSeconds)),
  /** Not before so many seconds from now. */
  delay_seconds: z.number().min(0).max(limits.timeLimitSeconds).default(0),
  time_limit_seconds: optional(z.int().min(1).max(limits.timeLimitSeconds)),
})

/** The names that a field has beside its own are put together. */
export const toWorkRequest = ({
  codebase_id,
  workspace_id,
  model,
  model_ref,
  title,
  agent,
  ...rest
}: z.output<typeof workFields>) => ({
  ...rest,
  title: title ?? firstLine(rest.prompt),
  agent_type: rest.agent_type ?? agent ?? 'build',
  codebaseId: codebase_id ?? workspace_id ?? null,
  metadata: rest.files.length > 0 ? { ...rest.metadata, files: rest.files } : rest.metadata,
  modelWish: model_ref ?? model ?? null,
})

/**
 * Work for a worker, as `POST /v1/agent/tasks` takes it. Durations are seconds, `priority` higher first. `codebase_id` has the
 * alias `workspace_id`, `model` the alias `model_ref`, `agent_type` the alias `agent`. `files` become a part of the metadata.
 */
export const CreateWork = workFields.transform(toWorkRequest)

export type WorkRequest = z.output<typeof CreateWork>
