import { analysisAgent } from './analysis/analysis-agent.ts'
import { calculatorAgent } from './calculator/calculator-agent.ts'
import type { Agent } from './define-agent.ts'
import { echoAgent } from './echo-agent.ts'
import { memoryAgent } from './memory/memory-agent.ts'
import { weatherAgent } from './weather/weather-agent.ts'

/** The agents that every server hosts, in the order in which they are asked whether they accept a message. */
export const builtInAgents: readonly Agent[] = [calculatorAgent, memoryAgent, analysisAgent, weatherAgent, echoAgent]
