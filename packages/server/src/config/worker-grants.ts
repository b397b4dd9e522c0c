import { errandCapabilities } from '@codetether/protocol/work/errand'
import { z } from 'zod'
import type { Config } from './config.ts'

/** What a worker says of itself and may be held against it. */
export interface WorkerClaim {
  capabilities: readonly string[]
  agents: readonly string[]
  modelRefs: readonly string[]
}

/** What workers that serve everybody may say of themselves: patterns of names, of which a last `*` stands for any end. */
export type WorkerGrant = { readonly [kind in keyof WorkerClaim]: readonly string[] }

const everything: WorkerGrant = { capabilities: ['*'], agents: ['*'], modelRefs: ['*'] }

const kinds: Readonly<Record<string, keyof WorkerClaim>> = {
  capability: 'capabilities',
  agent: 'agents',
  model: 'modelRefs',
}

const form = 'must look like name:*,name2:capability=gpu+agent=trainer+model=local/*'

function readGrant(text: string): WorkerGrant | null {
  if (text === '*') return everything
  const grant: Record<keyof WorkerClaim, string[]> = { capabilities: [], agents: [], modelRefs: [] }
  for (const word of text.split('+')) {
    const [, kind = '', pattern = ''] = /^ *(\w+)=([^*]*\*?|\*) *$/.exec(word) ?? []
    const key = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
    if (key === undefined || pattern.trim() === '') return null
    grant[key].push(key === 'modelRefs' ? pattern.trim() : pattern.trim().toLowerCase())
  }
  return grant
}

/** `name:*,name2:capability=gpu+agent=trainer` → Map of the name of a token → what its workers may be for everybody. */
export const workerGrants = z.string().transform((given, context): ReadonlyMap<string, WorkerGrant> => {
  const grants = new Map<string, WorkerGrant>()
  for (const [index, entry] of given.split(',').entries()) {
    const at = entry.indexOf(':')
    const name = entry.slice(0, at).trim()
    const grant = readGrant(entry.slice(at + 1).trim())
    if (at > 0 && name !== '' && grant !== null && !grants.has(name)) {
      grants.set(name, grant)
      continue
    }
    context.addIssue({ code: 'custom', message: `${form}, each name once; entry ${index + 1} does not` })
    return z.NEVER
  }
  return grants
})

/** What the workers of a principal may be for everybody; null: they serve this principal alone. */
export function grantOf({ auth }: Pick<Config, 'auth'>, principalId: string): WorkerGrant | null {
  // The owner of this machine.
  if (principalId === 'local') return everything
  const [, name = ''] = /^token:(.+)$/.exec(principalId) ?? []
  return auth.workerGrants.get(name) ?? null
}

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern

/** Every worker packs the codebases that it has and can read anyway. Whoever clones is shown what remotes want to see. */
const needsNone: readonly string[] = [errandCapabilities.pack, errandCapabilities.unpack]

/** What of a claim is not granted, as `capability gpu`. */
export const excessOf = (grant: WorkerGrant, claim: WorkerClaim): string[] =>
  Object.entries(kinds).flatMap(([word, kind]) =>
    claim[kind]
      .filter(name => !grant[kind].some(pattern => matches(pattern, name)))
      .filter(name => kind !== 'capabilities' || !needsNone.includes(name))
      .map(name => `${word} ${name}`),
  )
