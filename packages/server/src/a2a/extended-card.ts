import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'
import { agentSubject, type CardSubject, serverSubject } from '../present/card-subject.ts'
import type { Method, Result } from './method.ts'
import type { CardContext } from './present-signed.ts'

/**
 * The card with all skills for callers with credentials (A2A v1.0 §3.1.11, v0.3 §7.10). Where the public card hides none there
 * is no extended one, which each version says with a code of its own.
 */
export const extendedCard = <Card extends object>(
  name: string,
  absent: ErrorCode,
  present: (ctx: CardContext, subject: CardSubject, base: string) => Promise<Card>,
): Method<unknown, Result<Card>> => ({
  name,
  permission: 'agents:read',
  params: z.unknown(),
  async handle({ ctx, agent, base }) {
    const { config, agents } = ctx
    if (!config.agent.publicSkills) throw new PlatformError(absent, 'there is no extended card')
    const subject = agent ? agentSubject(agent) : serverSubject(config, agents)
    return { result: await present(ctx, subject, base) }
  },
})
