import { PlatformError } from '@codetether/protocol/errors'

/** One thing that is wrong with the settings, with the way out. */
export interface SettingProblem {
  /** The variable or flag as the person wrote it. */
  name: string
  description: string
}

/** The settings do not allow a start. Lists every problem at once; holds no secret. */
export class ConfigError extends PlatformError {
  override name = 'ConfigError'
  readonly problems: readonly SettingProblem[]

  constructor(problems: readonly SettingProblem[], options: { cause?: unknown } = {}) {
    const lines = problems.map(({ name, description }) => `  ${name} ${description}`)
    super('INVALID_PARAMS', ['The settings do not allow a start:', ...lines].join('\n'), {
      fieldViolations: problems.map(({ name, description }) => ({ field: name, description })),
      ...options,
    })
    this.problems = problems
  }
}
