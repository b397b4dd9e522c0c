import { z } from 'zod'
import type { Config } from './config.ts'
import { mask } from './mask.ts'

export const settingGroups = [
  'HTTP',
  'gRPC',
  'Access',
  'Logs',
  'Traces',
  'Agent card',
  'Database and secrets',
  'Replicas',
  'Tasks',
  'Routing',
  'Codebases',
  'Outgoing requests',
] as const

/** What is known about a setting beside its type and default. */
export interface SettingFacts {
  group: (typeof settingGroups)[number]
  /** Environment variables that carry it; the first is its name, the others are aliases from older documents. */
  env: readonly [string, ...string[]]
  /** The flag of `codetether serve` that carries it. */
  flag?: string
  description: string
  /** Its text carries a secret: no message repeats it, and `show` masks it. */
  secret?: true
  /** Guards a door: a variable whose name is nearly this one refuses the start. */
  security?: true
  /** The default in words, where it depends on something. */
  unset?: string
  /** Its effective value as text; undefined if it is not set. */
  show: (config: Config) => string | undefined
}

export const settingFacts = z.registry<SettingFacts>()

/** Several values as the text of a setting. */
export const list = (values: readonly string[]): string | undefined =>
  values.length === 0 ? undefined : values.join(',')

/** The same of names whose values are secret. */
export const masked = (names: Iterable<string> = []): string | undefined =>
  list([...names].map(name => `${name}=${mask}`))
