import type { Config } from './config.ts'
import type { GivenSetting, SettingOrigin } from './read-sources.ts'
import { settingRows } from './setting-rows.ts'

/** A setting as it works now. Holds no secret. */
export interface EffectiveSetting {
  name: string
  /** The value in effect, secrets masked; null if it is not set. */
  value: string | null
  origin: SettingOrigin
  /** The variable or flag that gave the value, as the person wrote it; null for a default. */
  source: string | null
  group: string
  description: string
}

/** One row for each setting, in the order of the documentation. */
export const effectiveSettings = (config: Config, given: readonly GivenSetting[]): EffectiveSetting[] =>
  settingRows.map(({ key, env, group, description, show }) => {
    const source = given.find(setting => setting.key === key)
    return {
      name: env[0],
      value: show(config) ?? null,
      origin: source?.origin ?? 'default',
      source: source?.name ?? null,
      group,
      description,
    }
  })

const columns = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** The settings as lines for a person: name, value, origin, description. */
export const describeSettings = (settings: readonly EffectiveSetting[]): string =>
  columns([
    ['SETTING', 'VALUE', 'ORIGIN', 'DESCRIPTION'],
    ...settings.map(({ name, value, origin, source, description }) => [
      name,
      value ?? '(not set)',
      source === null || source === name ? origin : `${origin} (${source})`,
      description,
    ]),
  ]).join('\n')
