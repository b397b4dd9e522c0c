import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'
import { excessOf, grantOf } from './worker-grants.ts'

const tokens = 'ops:token-of-ops-1234567890,gpu:token-of-gpu-1234567890'

const configOf = (env: Record<string, string>) => loadConfig({ A2A_AUTH_TOKENS: tokens, ...env }).config

test('maps of personalities are lists or JSON, whose values may have colons and friendly names', () => {
  for (const given of [
    'Reviewer=Code Reviewer,tester:qa',
    '{"reviewer": "Code Reviewer", "TESTER": "qa"}',
    ' reviewer = Code Reviewer , tester = qa ,',
  ])
    assert.deepEqual(
      configOf({ A2A_PERSONALITY_AGENT_MAP: given }).routing.personalityAgents,
      new Map([
        ['reviewer', 'Code Reviewer'],
        ['tester', 'qa'],
      ]),
      given,
    )
  const { personalityModels } = configOf({
    A2A_PERSONALITY_MODEL_MAP: 'reviewer=anthropic:claude:beta,tester:ollama:llama3:8b,writer=Mine',
    A2A_MODEL_ALIASES: 'mine=local:own:7b',
  }).routing
  assert.deepEqual(
    [...personalityModels],
    [
      ['reviewer', 'anthropic/claude:beta'],
      ['tester', 'ollama/llama3:8b'],
      ['writer', 'local/own:7b'],
    ],
  )
})

test('tiers have models by reference or by name', () => {
  const { tierModels, autoModel } = configOf({
    A2A_ROUTING_MODEL_FAST: 'haiku',
    A2A_ROUTING_MODEL_HEAVY: 'openai:gpt-5',
    A2A_ROUTING_AUTO_MODEL: 'false',
  }).routing
  assert.deepEqual([tierModels, autoModel], [{ fast: 'anthropic/claude-haiku-4-5', heavy: 'openai/gpt-5' }, false])
})

const refused: [name: string, value: string][] = [
  ['A2A_PERSONALITY_AGENT_MAP', 'reviewer'],
  ['A2A_PERSONALITY_AGENT_MAP', '=x'],
  ['A2A_PERSONALITY_AGENT_MAP', '{"a": 1}'],
  ['A2A_PERSONALITY_AGENT_MAP', '{"a": '],
  ['A2A_PERSONALITY_AGENT_MAP', '{}x'],
  ['A2A_PERSONALITY_AGENT_MAP', 'a=x,A=y'],
  ['A2A_PERSONALITY_MODEL_MAP', 'reviewer=nonsense'],
  ['A2A_ROUTING_MODEL_FAST', 'nonsense'],
  ['A2A_ROUTING_MODEL_BALANCED', 'toString'],
  ['A2A_ROUTING_AUTO_MODEL', 'perhaps'],
  ['A2A_MODEL_ALIASES', 'mine=nothing'],
  ['A2A_WORKER_GRANTS', 'ops'],
  ['A2A_WORKER_GRANTS', 'ops:gpu'],
  ['A2A_WORKER_GRANTS', 'ops:capability='],
  ['A2A_WORKER_GRANTS', 'ops:toString=x'],
  ['A2A_WORKER_GRANTS', 'ops:*,ops:*'],
  ['A2A_WORKER_GRANTS', 'nobody:*'],
]

for (const [name, value] of refused)
  test(`${name}=${value} refuses the start`, () => {
    assert.throws(
      () => configOf({ [name]: value }),
      (error: unknown) => error instanceof ConfigError && error.problems.some(problem => problem.name === name),
    )
  })

test('a grant names what workers may be, with a star for any end', () => {
  const config = configOf({
    A2A_WORKER_GRANTS: 'ops:*,gpu:capability=GPU+capability=cuda-*+agent=trainer+model=local/*+model=openai/gpt-5',
  })
  const grant = grantOf(config, 'token:gpu')
  assert.ok(grant)
  const claim = {
    capabilities: ['gpu', 'gpus', 'cuda-12'],
    agents: ['trainer', 'trainer2'],
    modelRefs: ['local/llama', 'openai/gpt-5', 'openai/gpt-5.1'],
  }
  assert.deepEqual(excessOf(grant, claim), ['capability gpus', 'agent trainer2', 'model openai/gpt-5.1'])
  for (const all of ['token:ops', 'local']) assert.deepEqual(excessOf(grantOf(config, all) ?? grant, claim), [])
  for (const none of ['token:bob', 'anonymous', 'ops', 'worker:ops', 'token:'])
    assert.equal(grantOf(config, none), null)
})
