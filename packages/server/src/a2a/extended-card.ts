import type { Agent } from '@codetether/agents/define-agent'
import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import type { Method } from './method.ts'

/**
 * The card with all skills for callers with credentials (A2A v1.0 §3.1.11, v0.3 §7.10). Where the public card hides none there
 * is no extended one, which each version says with a code of its own.
 */
export const extendedCard = (
  name: string,
  absent: ErrorCode,
  present: (config: Config, agents: readonly Agent[], base: string) => object,
): Method<unknown> => ({
  name,
  permission: 'agents:read',
  params: z.unknown(),
  async handle({ ctx: { config, agents }, base }) {
    if (!config.agent.publicSkills) throw new PlatformError(absent, 'there is no extended card')
    return { result: present(config, agents, base) }
  },
})
