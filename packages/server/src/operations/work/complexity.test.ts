import assert from 'node:assert/strict'
import { test } from 'node:test'
import { complexityOf, scoreOf, tierOf } from './complexity.ts'

const scores: [what: string, looks: { prompt: string; files?: number; agentType?: string }, score: number][] = [
  ['nothing', { prompt: '' }, 0],
  ['a sentence', { prompt: 'Add unit tests for the auth module' }, 0],
  ['499 characters', { prompt: 'x'.repeat(499) }, 0],
  ['500 characters', { prompt: 'x'.repeat(500) }, 1],
  ['2,000 characters', { prompt: 'x'.repeat(2_000) }, 2],
  ['a megabyte', { prompt: 'x '.repeat(500_000) }, 3],
  ['one file', { prompt: 'x', files: 1 }, 1],
  ['three files', { prompt: 'x', files: 3 }, 2],
  ['a hundred files', { prompt: 'x', files: 100 }, 3],
  ['a hint', { prompt: 'Refactor the parser' }, 1],
  ['the same hint twice', { prompt: 'refactor, REFACTOR' }, 1],
  ['a part of a word', { prompt: 'the redesigned unaudited reformat' }, 1],
  ['many hints', { prompt: 'security audit, architecture, migration, performance, refactoring, deadlock' }, 4],
  ['a typo', { prompt: 'Fix a typo' }, -1],
  ['many small things', { prompt: 'rename, bump, lint, comment, simple' }, -2],
  ['exploring', { prompt: 'x', agentType: 'explore' }, -1],
  ['planning', { prompt: 'x', agentType: 'plan' }, 1],
  ['a swarm', { prompt: 'x', agentType: 'swarm' }, 3],
  ['an unknown kind', { prompt: 'x', agentType: 'constructor' }, 0],
  ['everything', { prompt: `${'x'.repeat(8_000)} `, files: 10, agentType: 'swarm' }, 9],
]

for (const [what, { prompt, files = 0, agentType = 'build' }, score] of scores)
  test(`${what} scores ${score}`, () => assert.equal(scoreOf({ prompt, files, agentType }), score))

test('up to 1 is quick, from 6 on deep', () => {
  assert.deepEqual([-3, 1, 2, 5, 6, 13].map(complexityOf), ['quick', 'quick', 'standard', 'standard', 'deep', 'deep'])
})

test('a budget moves the tier, and a deep task never gets the fast one', () => {
  const levels = ['quick', 'standard', 'deep'] as const
  assert.deepEqual(
    levels.map(level => tierOf(level, 'normal')),
    ['fast', 'balanced', 'heavy'],
  )
  assert.deepEqual(
    levels.map(level => tierOf(level, 'low')),
    ['fast', 'fast', 'balanced'],
  )
  assert.deepEqual(
    levels.map(level => tierOf(level, 'high')),
    ['balanced', 'heavy', 'heavy'],
  )
})
