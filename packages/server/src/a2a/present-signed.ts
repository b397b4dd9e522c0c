import type { AgentCard } from '@codetether/protocol/v10/wire'
import type { Context } from '../context.ts'
import { type HybridCard, presentAgentCard as presentCardV03 } from '../present/agent-card-v03.ts'
import { presentAgentCard as presentCardV10 } from '../present/agent-card-v10.ts'
import type { CardSubject } from '../present/card-subject.ts'
import type { WireVersion } from '../store/tasks.ts'

export type CardContext = Pick<Context, 'config' | 'signer'>

/** A card of v0.3, which does not say over what a signature would be. */
export const presentV03 = async ({ config }: CardContext, subject: CardSubject, base: string): Promise<HybridCard> =>
  presentCardV03(config, subject, base)

/** A card of v1.0, signed if the server has keys. */
export const presentV10 = ({ config, signer }: CardContext, subject: CardSubject, base: string): Promise<AgentCard> =>
  signer.sign(presentCardV10(config, subject, base), base)

/** A card in the form of a version. */
export const presentSigned = (
  ctx: CardContext,
  version: WireVersion,
  subject: CardSubject,
  base: string,
): Promise<HybridCard | AgentCard> =>
  version === '0.3' ? presentV03(ctx, subject, base) : presentV10(ctx, subject, base)
