import { ModelRef, ModelWish, Name } from '@codetether/protocol/work/names'
import type { ModelTier } from './config.ts'
import { nameMap } from './name-map.ts'
import { list, settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'
import { workerGrants } from './worker-grants.ts'

const shown = (map: Iterable<readonly string[]>) => list(Array.from(map, entry => entry.join('=')))

const tierModel = (tier: ModelTier, level: string) =>
  ModelWish.optional().register(settingFacts, {
    group: 'Routing',
    env: [`A2A_ROUTING_MODEL_${tier.toUpperCase()}`],
    description: `The model for ${level} tasks that ask for none: provider/model or a friendly name.`,
    unset: 'whoever takes the task chooses',
    show: config => config.routing.tierModels[tier],
  })

/** Which worker gets a task, and with which model. */
export const routingSettings = {
  workerGrants: workerGrants.optional().register(settingFacts, {
    group: 'Routing',
    env: ['A2A_WORKER_GRANTS'],
    description:
      'Whose workers serve everybody, by the names of A2A_AUTH_TOKENS, and what such workers may be: ops:* or gpu:capability=gpu+agent=trainer+model=local/*.',
    security: true,
    unset: 'a worker takes the tasks of whoever registered it; those of the owner of a loopback server, everybody’s',
    show: config => list([...config.auth.workerGrants.keys()]),
  }),
  personalityAgents: nameMap(Name, 'reviewer=code-reviewer')
    .optional()
    .register(settingFacts, {
      group: 'Routing',
      env: ['A2A_PERSONALITY_AGENT_MAP'],
      description: 'Which agent a worker_personality means: reviewer=code-reviewer,tester=qa.',
      unset: 'the agent of the same name',
      show: config => shown(config.routing.personalityAgents),
    }),
  personalityModels: nameMap(ModelWish, 'reviewer=anthropic/claude-opus-4-5')
    .optional()
    .register(settingFacts, {
      group: 'Routing',
      env: ['A2A_PERSONALITY_MODEL_MAP'],
      description: 'With which model a worker_personality works: reviewer=anthropic/claude-opus-4-5,tester=haiku.',
      show: config => shown(config.routing.personalityModels),
    }),
  tierFast: tierModel('fast', 'quick'),
  tierBalanced: tierModel('balanced', 'standard'),
  tierHeavy: tierModel('heavy', 'deep'),
  autoModel: type.flagWord.default(true).register(settingFacts, {
    group: 'Routing',
    env: ['A2A_ROUTING_AUTO_MODEL'],
    description: 'false: no model is chosen by how hard a task looks.',
    show: config => String(config.routing.autoModel),
  }),
  modelAliases: nameMap(ModelRef, 'sonnet=anthropic/claude-sonnet-4-5')
    .optional()
    .register(settingFacts, {
      group: 'Routing',
      env: ['A2A_MODEL_ALIASES'],
      description:
        'Friendly names of models beside those that are built in, or in their place: sonnet=bedrock/claude-sonnet.',
      show: config => shown(config.routing.aliases),
    }),
}
