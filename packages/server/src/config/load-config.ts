import { resolve } from 'node:path'
import type { Config } from './config.ts'
import { ConfigError, type SettingProblem } from './config-error.ts'
import { type EffectiveSetting, effectiveSettings } from './effective-settings.ts'
import { noEnvFile, readEnvFile } from './read-env-file.ts'
import { type GivenSetting, readSources, type SettingFlags, type Variables } from './read-sources.ts'
import { settingRows } from './setting-rows.ts'
import { brokenRules, settingWarnings } from './setting-rules.ts'
import { type SettingKey, Settings, type SettingValues } from './settings.ts'
import { type Surroundings, toConfig } from './to-config.ts'
import { judgeMalformed, judgeUnknown } from './unknown-settings.ts'
import { unsupportedNotices } from './unsupported-settings.ts'

export interface LoadOptions extends Partial<Surroundings> {
  /** A `.env` file, relative to the directory. Absent: none is read, so that tests depend on nothing around them. */
  envFile?: string
}

export interface LoadedConfig {
  config: Config
  /** Every setting with its effective value, secrets masked, and where it came from. */
  settings: EffectiveSetting[]
  /** Lines for a person at the start: what is ignored, and what is risky. */
  notices: string[]
}

const toTexts = (given: readonly GivenSetting[]) => Object.fromEntries(given.map(({ key, text }) => [key, text]))

/** Says what is wrong with each setting by itself. */
const findFaults = (given: readonly GivenSetting[]): { setting: GivenSetting; message: string }[] => {
  const issues = Settings.safeParse(toTexts(given)).error?.issues ?? []
  return given.flatMap(setting => {
    const issue = issues.find(({ path }) => path[0] === setting.key)
    return issue === undefined ? [] : [{ setting, message: issue.message }]
  })
}

const describeProblem = ({ key, name, text }: GivenSetting, message: string): SettingProblem => {
  const secret = settingRows.find(row => row.key === key)?.secret === true
  return { name, description: secret ? message : `${message}, not ${JSON.stringify(text.slice(0, 80))}` }
}

/** The values, or every problem at once: of single settings, and of the rules among those that are valid. */
const judge = (given: readonly GivenSetting[]): { values: SettingValues; problems: SettingProblem[] } => {
  const faults = findFaults(given)
  const invalid = new Set(faults.map(({ setting }) => setting.key))
  const values = Settings.parse(toTexts(given.filter(({ key }) => !invalid.has(key))))
  const nameOf = (key: SettingKey): string =>
    given.find(setting => setting.key === key)?.name ?? settingRows.find(row => row.key === key)?.env[0] ?? key
  return {
    values,
    problems: [
      ...faults.map(({ setting, message }) => describeProblem(setting, message)),
      ...brokenRules(values, invalid, nameOf),
    ],
  }
}

/**
 * Reads the settings once: flags win over the environment, which wins over the `.env` file. The only reader of
 * `process.env` in the server. Throws ConfigError with every problem at once.
 */
export const loadConfig = (
  env: Variables = process.env,
  flags: SettingFlags = {},
  { isTerminal = false, directory = process.cwd(), envFile }: LoadOptions = {},
): LoadedConfig => {
  const file = envFile === undefined ? noEnvFile : readEnvFile(resolve(directory, envFile))
  const variables = { ...file.variables, ...env }
  const { given, problems: contradictions } = readSources({ flags, environment: env, file: file.variables })
  const { values, problems } = judge(given)
  const unknown = judgeUnknown(variables)
  const malformed = judgeMalformed(envFile ?? '', file.malformed)
  const all = [...contradictions, ...problems, ...unknown.problems, ...malformed.problems]
  if (all.length > 0) throw new ConfigError(all)
  const config = toConfig(values, { isTerminal, directory })
  return {
    config,
    settings: effectiveSettings(config, given),
    notices: [...settingWarnings(values), ...unsupportedNotices(variables), ...unknown.notices, ...malformed.notices],
  }
}
