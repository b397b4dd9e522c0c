import { z } from 'zod'
import { limits } from '../limits.ts'
import { optional } from '../optional.ts'
import { ModelRef, Name } from './names.ts'

/** An agent that a worker answers as. */
export interface WorkerAgentDefinition {
  /** Its name in lower case: by this tasks find it. */
  id: string
  name: string
  description: string | null
  /** The model with which it runs, `provider/model`. */
  modelRef: string | null
  /** Higher first, in listings. */
  priority: number
}

/** A definition of which no more is known than what is given. */
export const definitionOf = ({
  name,
  description = null,
  modelRef = null,
  priority = 0,
}: { name: string } & Partial<WorkerAgentDefinition>): WorkerAgentDefinition => ({
  ...{ id: name.toLowerCase(), name, description },
  ...{ modelRef, priority },
})

/** An agent as a worker defines it. `model` has the alias `model_ref`. */
export const AgentDefinition = z
  .looseObject({
    name: Name,
    description: optional(z.string().max(limits.agentDescriptionChars)),
    model: optional(ModelRef),
    model_ref: optional(ModelRef),
    priority: z.int().min(-limits.workPriority).max(limits.workPriority).default(0),
  })
  .transform(({ name, description, model, model_ref, priority }) =>
    definitionOf({ name, description: description ?? null, modelRef: model_ref ?? model ?? null, priority }),
  )
