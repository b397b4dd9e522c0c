import { z } from 'zod'
import { DirectoryPath } from './names.ts'

/** Asks which codebases nobody has, below the roots of a worker, in the order of their paths; `after` is the last one of the page before. */
export const WantedCodebases = z.looseObject({ after: DirectoryPath.optional() })

/** A worker has found a codebase; `path` is where links lead. */
export const FoundCodebase = z.looseObject({ codebase_id: z.uuid().toLowerCase(), path: DirectoryPath })
