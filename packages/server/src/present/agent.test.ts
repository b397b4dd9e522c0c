import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineAgent } from '@codetether/agents/define-agent'
import { echoAgent } from '@codetether/agents/echo-agent'
import { presentAgent } from './agent.ts'

test('an agent of one’s own is told from those that come with the server', () => {
  const own = defineAgent({ ...echoAgent, name: 'Own' })
  const kinds = [echoAgent, own].map(agent => presentAgent({ agent, slug: 'x' }).kind)
  assert.deepEqual(kinds, ['built-in', 'custom'])
})
