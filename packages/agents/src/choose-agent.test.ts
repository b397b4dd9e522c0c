import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInAgents } from './built-in.ts'
import { chooseAgent, type RoutingInput } from './choose-agent.ts'
import { echoAgent } from './echo-agent.ts'

/** The agent's name and the reason in one line, or what is unknown. */
const route = (input: Partial<RoutingInput>): string => {
  const routing = chooseAgent({ text: '', agents: builtInAgents, fallback: echoAgent, ...input })
  return 'unknown' in routing ? `unknown ${routing.unknown}` : `${routing.agent.name} by ${routing.reason}`
}

test('an explicit target wins over what the text says', () => {
  assert.equal(route({ text: 'add 15 and 27', targetAgent: 'Memory' }), 'Memory by target')
})

test('agents are found by name in any case, with or without the word agent', () => {
  for (const targetAgent of ['Calculator', 'calculator', 'Calculator Agent', 'CALCULATOR_AGENT', ' calculator-agent '])
    assert.equal(route({ targetAgent }), 'Calculator by target', targetAgent)
})

test('a target may be the id of a skill, and a name goes before a skill', () => {
  const skills = [{ id: 'sums', name: 'Sums', description: '', tags: [] }]
  const adder = { ...echoAgent, name: 'Adder', skills }
  const sums = { ...echoAgent, name: 'Sums' }
  assert.equal(route({ targetAgent: 'sums', agents: [adder] }), 'Adder by target')
  assert.equal(route({ targetAgent: 'sums', agents: [adder, sums] }), 'Sums by target')
})

test('a skill chooses its agent', () => {
  assert.equal(route({ text: 'add 15 and 27', skillId: 'memory' }), 'Memory by skill')
})

test('an unknown target or skill is reported, never answered by somebody else', () => {
  assert.equal(route({ text: 'add 15 and 27', targetAgent: ' Calculus ' }), 'unknown Calculus')
  assert.equal(route({ text: 'add 15 and 27', skillId: 'tides' }), 'unknown tides')
  assert.equal(route({ targetAgent: 'Calculator', skillId: 'memory' }), 'unknown memory')
  assert.equal(route({ targetAgent: 'Calculator', skillId: 'calculator' }), 'Calculator by target')
})

test('without a target the agent that understands the whole text answers, else the fallback', () => {
  assert.equal(route({ text: 'add 15 and 27' }), 'Calculator by accepts')
  assert.equal(route({ text: 'list keys', targetAgent: ' ', skillId: '' }), 'Memory by accepts')
  assert.equal(route({ text: 'Add unit tests' }), 'Echo by fallback')
})
