import type { AgentCard } from '@codetether/protocol/v10/wire'
import { isOwnBase } from '../auth/own-base.ts'
import type { Context } from '../context.ts'
import { type HybridCard, presentAgentCard as presentCardV03 } from '../present/agent-card-v03.ts'
import { presentAgentCard as presentCardV10 } from '../present/agent-card-v10.ts'
import type { CardSubject } from '../present/card-subject.ts'
import type { WireVersion } from '../store/tasks.ts'
import { grpcAddressOf } from './grpc-address.ts'

export type CardContext = Pick<Context, 'config' | 'signer' | 'listening'>

/** A card of v0.3, which does not say over what a signature would be. */
export const presentV03 = async (ctx: CardContext, subject: CardSubject, base: string): Promise<HybridCard> =>
  presentCardV03(ctx.config, subject, base, grpcAddressOf(ctx, base))

/**
 * A card of v1.0, signed if the server has keys, and if the base is its own: a caller who makes up a Host would else get
 * a card that sends others there, with our signature.
 */
export async function presentV10(ctx: CardContext, subject: CardSubject, base: string): Promise<AgentCard> {
  const card = presentCardV10(ctx.config, subject, base, grpcAddressOf(ctx, base))
  return isOwnBase(ctx, base) ? ctx.signer.sign(card, base) : card
}

/** A card in the form of a version. */
export const presentSigned = (
  ctx: CardContext,
  version: WireVersion,
  subject: CardSubject,
  base: string,
): Promise<HybridCard | AgentCard> =>
  version === '0.3' ? presentV03(ctx, subject, base) : presentV10(ctx, subject, base)
