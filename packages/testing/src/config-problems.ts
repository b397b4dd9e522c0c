import assert from 'node:assert/strict'
import { ConfigError } from '@codetether/server/config/config-error'
import { loadConfig } from '@codetether/server/config/load-config'
import type { SettingFlags, Variables } from '@codetether/server/config/read-sources'

/** What is wrong with settings: nothing, if a server would start with them. */
export function problemsOf(env: Variables, flags: SettingFlags = {}): { name: string; description: string }[] {
  try {
    loadConfig(env, flags)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems]
    throw error
  }
}

/** Settings are refused because of this one alone, and the refusal says why. */
export function assertRefused(env: Variables, name: string, why: RegExp, flags: SettingFlags = {}): void {
  const problems = problemsOf(env, flags)
  assert.deepEqual(
    problems.map(problem => problem.name),
    [name],
  )
  assert.match(problems[0]?.description ?? '', why)
}
