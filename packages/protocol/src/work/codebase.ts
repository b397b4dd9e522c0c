import { z } from 'zod'
import { limits } from '../limits.ts'
import { DirectoryPath, Name, WorkerId } from './names.ts'

const isLoopback = (hostname: string): boolean => ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)

/** A remote that a worker can clone: over TLS, and without credentials, which would end up in logs. Plain http only on one machine. */
const GitUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https URL' })
  .max(limits.webhookUrlChars)
  .transform(url => new URL(url))
  .refine(({ protocol, hostname }) => protocol === 'https:' || isLoopback(hostname), { error: 'must be an https URL' })
  .refine(({ username, password }) => username + password === '', { error: 'must not hold credentials' })
  .refine(({ search, hash, pathname }) => search + hash === '' && pathname.length > 1, {
    error: 'must name a repository, without query and fragment',
  })
  .transform(({ href }) => href)

/** What the remote wants to see: a token, or `user:password`. */
const GitToken = z.string().regex(/^[!-~]{1,4096}$/, { error: 'must be 1 to 4096 visible characters of ASCII' })

const GitBranch = z.string().regex(/^(?!-)[\w./-]{1,200}$/, { error: 'must be the name of a branch' })

/** A codebase as it is registered. Nobody needs to have it yet: a worker that says that it has its path becomes its owner. */
export const RegisterCodebase = z
  .looseObject({
    name: Name,
    path: DirectoryPath.optional(),
    description: z.string().max(limits.pathChars).optional(),
    git_url: GitUrl.optional(),
    git_branch: GitBranch.optional(),
    git_token: GitToken.optional(),
    worker_id: WorkerId.optional(),
  })
  .refine(({ path, git_url }) => path !== undefined || git_url !== undefined, {
    error: 'needs a path or a git_url',
    path: ['path'],
  })
  .refine(({ git_token, git_url }) => git_token === undefined || git_url !== undefined, {
    error: 'belongs to a git_url',
    path: ['git_token'],
  })

export type CodebaseRegistration = z.output<typeof RegisterCodebase>

/** `interval`, in seconds, is kept for those who read it: tasks are taken as soon as a worker is free. */
export const StartWatch = z.looseObject({ interval: z.int().min(1).max(86_400).default(5) })

/** `pack`: the worker's tree becomes the archive. `unpack`: the archive comes into the worker's tree. */
export const SyncCodebase = z.looseObject({
  action: z.enum(['pack', 'unpack']).default('pack'),
  worker_id: WorkerId.optional(),
})
