import type { JsonObject } from '@codetether/protocol/json'
import { errandCapabilities } from '@codetether/protocol/work/errand'
import type { Context } from '../../context.ts'
import { findStandings, type Standing } from '../../store/lanes.ts'
import type { WorkRow } from '../../store/read-work.ts'

/** What is missing if nobody who is registered may take tasks of a lane, else null. `decision` is that of one of them. */
export function warningOf(standing: Standing, decision: JsonObject): string | null {
  if (standing.workers > 0) return null
  return `no registered worker may take this task; it waits for one that ${demandsOf(standing, decision).join(' and ')}`
}

function demandsOf(standing: Standing, { worker_personality: personality }: JsonObject): string[] {
  const { workerId, agentName, capabilities, modelRef } = standing
  const isPersonal = typeof personality === 'string'
  return [
    'serves its caller',
    workerId !== null && `has the id ${workerId}`,
    agentName !== null && `answers to ${agentName}${isPersonal ? ` (for the personality ${personality})` : ''}`,
    placeDemand(standing),
    capabilities.length > 0 && `can ${capabilities.join(', ')}`,
    modelRef !== null && `has the model ${modelRef}`,
  ].filter(demand => demand !== false)
}

/** Whoever clones a codebase does not have it yet. */
function placeDemand({ codebaseId, capabilities, held }: Standing): string | false {
  if (codebaseId !== null) return `has the codebase${held ? ', which must be watched' : ''}`
  return !capabilities.includes(errandCapabilities.clone) && 'takes tasks without a codebase'
}

/** The same of tasks that wait, with who could take them now: in `routing`. */
export async function withStandings<T extends WorkRow>(
  ctx: Context,
  tenantId: string,
  tasks: readonly T[],
): Promise<T[]> {
  const lanes = [...new Set(tasks.filter(isWaiting).map(task => task.lane))]
  const found = lanes.length > 0 ? await ctx.store.read(tenantId, tx => findStandings(tx, tenantId, lanes)) : []
  const standings = new Map(found.map(standing => [standing.id, standing]))
  return tasks.map(task => {
    const standing = isWaiting(task) ? standings.get(task.lane) : undefined
    return standing ? { ...task, routing: { ...task.routing, ...shown(standing, task.routing) } } : task
  })
}

const isWaiting = ({ state }: WorkRow): boolean => state === 'submitted'

function shown(standing: Standing, decision: JsonObject): JsonObject {
  const warning = warningOf(standing, decision)
  return {
    workers: standing.workers,
    workers_online: standing.present,
    ...(warning !== null && { warning }),
  }
}

/** Why nobody has taken a task that nobody has taken. */
export function missedBy(standing: Standing | undefined): string {
  const missed = 'no worker took it before its deadline'
  if (!standing) return missed
  const { workers, present } = standing
  if (workers === 0) return `${missed}: none is registered that ${demandsOf(standing, {}).join(' and ')}`
  return present === 0 ? `${missed}: those that may were not there` : missed
}
