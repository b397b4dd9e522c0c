import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { digestOf, type Lane, obtainLane } from './lanes.ts'
import type { Store } from './store.ts'

/** The ids of lanes, which never change: they are asked for once in a process. */
export interface LaneIds {
  /** Throws RATE_LIMITED for a principal or a tenant that has too many lanes. */
  idOf(tenantId: string, lane: Lane): Promise<number>
}

const mostKept = 50_000

export function createLaneIds(store: Store): LaneIds {
  const known = new Map<string, number>()
  return {
    async idOf(tenantId, lane) {
      const key = `${tenantId} ${digestOf(lane)}`
      const kept = known.get(key)
      if (kept !== undefined) return kept
      const id = await store.write(tenantId, tx => obtainLane(tx, tenantId, lane))
      if (id === null) throw tooMany()
      if (known.size >= mostKept) known.clear()
      known.set(key, id)
      return id
    },
  }
}

const tooMany = () =>
  new PlatformError('RATE_LIMITED', `tasks demand more than ${limits.lanesPerPrincipal} different things of workers`)
