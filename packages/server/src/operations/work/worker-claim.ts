import { PlatformError } from '@codetether/protocol/errors'
import type { WorkerAgentDefinition } from '@codetether/protocol/work/agent-definition'
import { excessOf, grantOf, type WorkerClaim } from '../../config/worker-grants.ts'
import type { Context } from '../../context.ts'

/** What a worker answers to, and all of its models with those of its agents. */
export const claimOf = ({
  capabilities,
  definitions,
  modelRefs,
}: {
  capabilities: readonly string[]
  definitions: readonly WorkerAgentDefinition[]
  modelRefs: readonly string[]
}): WorkerClaim => ({
  capabilities,
  agents: definitions.map(definition => definition.id),
  modelRefs: [...new Set([...modelRefs, ...definitions.flatMap(({ modelRef }) => modelRef ?? [])])],
})

/**
 * Does a worker serve everybody, or its owner alone? Whose workers may serve everybody, and as what, is the operator's word; what
 * a worker says to its own owner is nobody else's business. `wish` is what was asked for, if anything was.
 * Throws FORBIDDEN for a worker that would be more to everybody than its owner was granted.
 */
export function servesAll(
  { config }: Pick<Context, 'config'>,
  { owner, claim, wish }: { owner: string; claim: WorkerClaim; wish: boolean | undefined },
): boolean {
  if (wish === false) return false
  const grant = grantOf(config, owner)
  if (grant === null) {
    if (wish) throw new PlatformError('FORBIDDEN', 'this caller’s workers serve nobody else: see A2A_WORKER_GRANTS')
    return false
  }
  const excess = excessOf(grant, claim)
  if (excess.length === 0) return true
  throw new PlatformError('FORBIDDEN', `a worker for everybody may not be this: ${excess.slice(0, 3).join(', ')}`, {
    metadata: { notGranted: excess.slice(0, 20) },
  })
}
