import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'
import { agentSubject, serverSubject } from '../present/card-subject.ts'
import type { WireVersion } from '../store/tasks.ts'
import type { Method } from './method.ts'
import { presentSigned } from './present-signed.ts'

/**
 * The card with all skills for callers with credentials (A2A v1.0 §3.1.11, v0.3 §7.10). Where the public card hides none there
 * is no extended one, which each version says with a code of its own.
 */
export const extendedCard = (name: string, version: WireVersion, absent: ErrorCode): Method<unknown> => ({
  name,
  permission: 'agents:read',
  params: z.unknown(),
  async handle({ ctx, agent, base }) {
    const { config, agents } = ctx
    if (!config.agent.publicSkills) throw new PlatformError(absent, 'there is no extended card')
    const subject = agent ? agentSubject(agent) : serverSubject(config, agents)
    return { result: await presentSigned(ctx, version, subject, base) }
  },
})
