import { z } from 'zod'
import { limits } from '../limits.ts'
import { AgentDefinition, definitionOf } from './agent-definition.ts'
import { DirectoryPath, Labels, Line, ModelRef, Name, WorkerId } from './names.ts'

/** A model that a worker can use. */
const Model = z
  .looseObject({
    id: Name,
    name: Line.optional(),
    provider: Line.optional(),
    provider_id: Line.optional(),
    capabilities: z.array(Line).max(limits.labels).optional(),
    input_cost: z.number().nonnegative().optional(),
    output_cost: z.number().nonnegative().optional(),
  })
  .transform(({ id, name, provider, provider_id, capabilities, input_cost, output_cost }, context) => {
    const providerId = provider_id ?? provider
    const ref = ModelRef.safeParse(/[/:]/.test(id) || providerId === undefined ? id : `${providerId}/${id}`)
    if (!ref.success) {
      context.addIssue({
        code: 'custom',
        message: 'needs a provider: provider_id, or an id of the form provider/model',
      })
      return z.NEVER
    }
    return { ref: ref.data, name: name ?? id, provider: providerId, capabilities, input_cost, output_cost }
  })

/** A codebase that a worker has: one that is registered, or a directory of its own. */
const OwnedCodebase = z
  .union([
    z.uuid().transform(id => ({ id, name: undefined, path: undefined })),
    z.looseObject({ id: z.uuid().optional(), name: Name.optional(), path: DirectoryPath.optional() }),
  ])
  .refine(given => given.id !== undefined || given.path !== undefined, { error: 'needs an id or a path' })

const OwnedCodebases = z.array(OwnedCodebase).max(limits.codebasesPerWorker)

/** What a worker has from now on. `codebases` has the alias `workspaces`. */
export const OwnCodebases = z
  .looseObject({ codebases: OwnedCodebases.optional(), workspaces: OwnedCodebases.optional() })
  .transform(({ codebases, workspaces }) => codebases ?? workspaces)
  .refine(codebases => codebases !== undefined, { error: 'needs codebases', path: ['codebases'] })
  .transform(codebases => codebases ?? [])

/**
 * What a worker says of itself. `agents` are the names by which tasks may ask for it, or those with more about them; its own name
 * is always one of them. Absent: those that it had before. `codebases` has the alias `workspaces`. A worker that is `shared` takes tasks of everybody, else those of whoever registers
 * it; absent: whatever the caller may.
 */
export const RegisterWorker = z
  .looseObject({
    worker_id: WorkerId,
    name: Name,
    hostname: Line.optional(),
    capabilities: Labels.default([]),
    agents: z
      .array(z.union([Name.transform(name => definitionOf({ name })), AgentDefinition]))
      .max(limits.labels)
      .optional(),
    models: z
      .array(Model)
      .max(limits.modelsPerWorker)
      .refine(models => JSON.stringify(models).length <= limits.modelsChars, {
        error: `have at most ${limits.modelsChars} characters`,
      })
      .default([]),
    codebases: OwnedCodebases.optional(),
    workspaces: OwnedCodebases.optional(),
    /** Directories below which it looks for codebases that nobody has. */
    roots: z.array(DirectoryPath).max(limits.rootsPerWorker).default([]),
    global: z.boolean().default(false),
    shared: z.boolean().optional(),
  })
  .transform(({ codebases, workspaces, ...rest }) => ({ ...rest, codebases: codebases ?? workspaces ?? [] }))

export type WorkerRegistration = z.output<typeof RegisterWorker>
