import type { AgentCard } from '@codetether/protocol/v10/wire'
import type { Context } from '../context.ts'
import { type HybridCard, presentAgentCard as presentCardV03 } from '../present/agent-card-v03.ts'
import { presentAgentCard as presentCardV10 } from '../present/agent-card-v10.ts'
import type { CardSubject } from '../present/card-subject.ts'
import type { WireVersion } from '../store/tasks.ts'

/** A card in the form of a version. That of v1.0 is signed, if the server has keys; v0.3 does not say over what it would be. */
export const presentSigned = async (
  { config, signer }: Pick<Context, 'config' | 'signer'>,
  version: WireVersion,
  subject: CardSubject,
  base: string,
): Promise<HybridCard | AgentCard> =>
  version === '0.3' ? presentCardV03(config, subject, base) : signer.sign(presentCardV10(config, subject, base), base)
