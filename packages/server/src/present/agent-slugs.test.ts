import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineAgent } from '@codetether/agents/define-agent'
import { agentSlugs } from './agent-slugs.ts'

const named = (name: string) => defineAgent({ name, description: '', skills: [], handle: async () => undefined })
const slugs = (...names: string[]) => [...agentSlugs(names.map(named)).keys()]

const cases: [name: string, slug: string][] = [
  ['Calculator', 'calculator'],
  ['My  Great_Agent!', 'my-great-agent'],
  ['../../etc/passwd', 'etc-passwd'],
  ['Übersetzer', 'übersetzer'],
  ['計算', '計算'],
  ['a\u0000b\ud800c', 'a-b-c'],
  ['%2e%2e', '2e-2e'],
  ['!!!', 'agent'],
  ['', 'agent'],
  ['x'.repeat(10_000), 'x'.repeat(64)],
]

for (const [name, slug] of cases)
  test(`the address of ${JSON.stringify(name.slice(0, 40))} is ${slug.slice(0, 40)}`, () => {
    assert.deepEqual(slugs(name), [slug])
    assert.doesNotThrow(() => encodeURIComponent(slug))
  })

test('two agents never share an address', () => {
  assert.deepEqual(slugs('My Agent', 'my-agent', 'MY AGENT', 'my agent 2'), [
    'my-agent',
    'my-agent-2',
    'my-agent-3',
    'my-agent-2-2',
  ])
})
