import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CreateWork } from '@codetether/protocol/work/create-work'
import { chooseModel } from './choose-model.ts'

const config = {
  personalityAgents: new Map<string, string>(),
  personalityModels: new Map([['reviewer', 'p/reviewer']]),
  tierModels: { fast: 'p/fast', heavy: 'p/heavy' },
  autoModel: true,
  aliases: new Map([
    ['mine', 'local/mine'],
    ['opus', 'bedrock/opus'],
  ]),
}

const deep = 'security audit, architecture, migration, performance'
const rows: [what: string, asked: object, modelRef: string | null, source: string | null][] = [
  ['the caller’s reference', { model: 'a/b', worker_personality: 'reviewer' }, 'a/b', 'explicit'],
  ['a reference with a colon', { model: 'a:b' }, 'a/b', 'explicit'],
  ['more than one colon', { model: 'ollama:llama3:8b' }, 'ollama/llama3:8b', 'explicit'],
  ['a colon behind a slash', { model_ref: 'openrouter/a/b:free' }, 'openrouter/a/b:free', 'explicit'],
  ['model_ref before model', { model: 'a/b', model_ref: 'c/d' }, 'c/d', 'explicit'],
  ['a friendly name', { model: 'Sonnet' }, 'anthropic/claude-sonnet-4-5', 'explicit'],
  ['a name of the operator’s', { model: 'MINE' }, 'local/mine', 'explicit'],
  ['a name that the operator has changed', { model: 'opus' }, 'bedrock/opus', 'explicit'],
  ['the personality’s', { worker_personality: 'Reviewer' }, 'p/reviewer', 'personality'],
  ['the tier’s', { worker_personality: 'other' }, 'p/fast', 'tier'],
  ['the tier’s of a deep task', { prompt: deep, files: ['a', 'b', 'c'] }, 'p/heavy', 'tier'],
  ['a tier without a model', { prompt: deep }, null, null],
  ['an empty model', { model: '', model_ref: null }, 'p/fast', 'tier'],
]

for (const [what, asked, modelRef, source] of rows)
  test(`${what}: ${modelRef}`, () => {
    const choice = chooseModel(config, CreateWork.parse({ prompt: 'x', ...asked }))
    assert.deepEqual([choice.modelRef, choice.source], [modelRef, source])
  })

test('without the tier step nothing is chosen, but still told', () => {
  const choice = chooseModel({ ...config, autoModel: false }, CreateWork.parse({ prompt: 'x', budget: 'high' }))
  assert.deepEqual(choice, { modelRef: null, source: null, score: 0, complexity: 'quick', tier: 'balanced' })
})

test('a name that nobody knows is refused', () => {
  for (const model of ['nonsense', 'toString', '__proto__'])
    assert.throws(
      () => chooseModel(config, CreateWork.parse({ prompt: 'x', model })),
      { code: 'INVALID_PARAMS' },
      model,
    )
})
