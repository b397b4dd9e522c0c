import { z } from 'zod'
import { limits } from '../limits.ts'
import { DirectoryPath, Name, WorkerId } from './names.ts'

/** A remote that a worker can clone: over TLS, and without credentials, which would end up in logs. */
const GitUrl = z
  .url({ protocol: /^https$/, error: 'must be an https URL' })
  .max(limits.webhookUrlChars)
  .refine(url => !/^https:\/\/[^/]*@/.test(url), { error: 'must not hold credentials' })

const GitBranch = z.string().regex(/^(?!-)[\w./-]{1,200}$/, { error: 'must be the name of a branch' })

/** A codebase as it is registered. Nobody needs to have it yet: a worker that says that it has its path becomes its owner. */
export const RegisterCodebase = z
  .looseObject({
    name: Name,
    path: DirectoryPath.optional(),
    description: z.string().max(limits.pathChars).optional(),
    git_url: GitUrl.optional(),
    git_branch: GitBranch.optional(),
    worker_id: WorkerId.optional(),
  })
  .refine(({ path, git_url }) => path !== undefined || git_url !== undefined, {
    error: 'needs a path or a git_url',
    path: ['path'],
  })

export type CodebaseRegistration = z.output<typeof RegisterCodebase>

/** `interval`, in seconds, is kept for those who read it: tasks are taken as soon as a worker is free. */
export const StartWatch = z.looseObject({ interval: z.int().min(1).max(86_400).default(5) })
