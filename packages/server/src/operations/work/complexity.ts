import type { Budget } from '@codetether/protocol/work/create-work'
import type { ModelTier } from '../../config/config.ts'

/** How hard a task looks. */
export type Complexity = 'quick' | 'standard' | 'deep'

export interface Looks {
  prompt: string
  /** How many files it names. */
  files: number
  /** What kind of work it is: build, plan … */
  agentType: string
}

/** A score of at most this is quick, one of at least that is deep. */
const quickMost = 1
const deepLeast = 6

/** Length of the prompt in UTF-16 units, from which it counts so much. */
const lengths = [
  [8_000, 3],
  [2_000, 2],
  [500, 1],
] as const

const fileCounts = [
  [10, 3],
  [3, 2],
  [1, 1],
] as const

/** Words that speak for much thought, each once; what they add has a bound, so that no list of words decides alone. */
const deepWords =
  /\b(architect\w*|audit\w*|concurren\w*|deadlocks?|debug\w*|design\w*|distributed|investigat\w*|migrat\w*|optimi[sz]\w*|performance|race conditions?|redesign\w*|refactor\w*|rewrit\w*|root cause|security|vulnerabilit\w*)\b/g
const mostDeepWords = 4
const quickWords = /\b(bump|comments?|format\w*|lint\w*|quick\w*|renam\w*|simple|small|spelling|trivial|typos?)\b/g
const mostQuickWords = 2

/** What a kind of work adds; others add nothing. */
const agentTypes: Readonly<Record<string, number>> = {
  explore: -1,
  plan: 1,
  review: 1,
  verify: 1,
  forage: 1,
  ralph: 3,
  swarm: 3,
}

/** Only the beginning of a prompt is looked through for words. */
const readChars = 20_000

const stepOf = (steps: readonly (readonly [number, number])[], value: number): number =>
  steps.find(([least]) => value >= least)?.[1] ?? 0

const different = (text: string, words: RegExp, most: number): number => Math.min(new Set(text.match(words)).size, most)

/** Adds up what speaks for a hard task, from what is known before anybody has begun. */
export function scoreOf({ prompt, files, agentType }: Looks): number {
  const text = prompt.slice(0, readChars).toLowerCase()
  return (
    stepOf(lengths, prompt.length) +
    stepOf(fileCounts, files) +
    different(text, deepWords, mostDeepWords) -
    different(text, quickWords, mostQuickWords) +
    (Object.hasOwn(agentTypes, agentType) ? (agentTypes[agentType] ?? 0) : 0)
  )
}

export function complexityOf(score: number): Complexity {
  if (score <= quickMost) return 'quick'
  return score >= deepLeast ? 'deep' : 'standard'
}

const tiers: Record<Budget, Record<Complexity, ModelTier>> = {
  // A deep task with a weak model costs more than it saves.
  low: { quick: 'fast', standard: 'fast', deep: 'balanced' },
  normal: { quick: 'fast', standard: 'balanced', deep: 'heavy' },
  high: { quick: 'balanced', standard: 'heavy', deep: 'heavy' },
}

/** Which models are meant for a task. */
export const tierOf = (complexity: Complexity, budget: Budget): ModelTier => tiers[budget][complexity]
