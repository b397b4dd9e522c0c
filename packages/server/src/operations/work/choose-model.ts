import { PlatformError } from '@codetether/protocol/errors'
import type { WorkRequest } from '@codetether/protocol/work/create-work'
import { resolveModel } from '@codetether/protocol/work/model-aliases'
import type { ModelTier, RoutingConfig } from '../../config/config.ts'
import { type Complexity, complexityOf, scoreOf, tierOf } from './complexity.ts'

/** Who has chosen a model: the caller, or the operator for a personality or a tier. */
export type ModelSource = 'explicit' | 'personality' | 'tier'

export interface ModelChoice {
  /** `provider/model`; null: whoever takes the task chooses. */
  modelRef: string | null
  source: ModelSource | null
  score: number
  complexity: Complexity
  tier: ModelTier
}

type Asked = Pick<WorkRequest, 'prompt' | 'files' | 'agent_type' | 'budget' | 'modelWish' | 'worker_personality'>

/** The model of a task: the caller's, else that of the personality, else that of the tier. Throws INVALID_PARAMS for an unknown name. */
export function chooseModel(config: RoutingConfig, asked: Asked): ModelChoice {
  const { prompt, files, agent_type: agentType, budget = 'normal', modelWish, worker_personality = '' } = asked
  const score = scoreOf({ prompt, files: files.length, agentType })
  const complexity = complexityOf(score)
  const tier = tierOf(complexity, budget)
  const chosen = (source: ModelSource, modelRef: string): ModelChoice => ({ modelRef, source, score, complexity, tier })
  if (modelWish !== null) return chosen('explicit', explicitOf(config, modelWish))
  const ofPersonality = config.personalityModels.get(worker_personality)
  if (ofPersonality !== undefined) return chosen('personality', ofPersonality)
  const ofTier = config.autoModel ? config.tierModels[tier] : undefined
  if (ofTier !== undefined) return chosen('tier', ofTier)
  return { modelRef: null, source: null, score, complexity, tier }
}

function explicitOf({ aliases }: RoutingConfig, wish: string): string {
  const ref = resolveModel(wish, aliases)
  if (ref !== null) return ref
  throw new PlatformError('INVALID_PARAMS', 'the model has no provider, and no model is known by this name', {
    fieldViolations: [{ field: 'model', description: 'must be provider/model, or a name such as sonnet' }],
  })
}
