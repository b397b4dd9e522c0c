import type { SettingProblem } from './config-error.ts'
import { type SettingRow, settingRows } from './setting-rows.ts'
import type { SettingKey } from './settings.ts'

export type SettingOrigin = 'default' | 'environment' | 'flag' | 'file'

/** Values of command line flags, by setting. They win over the environment, which wins over the file. */
export type SettingFlags = { readonly [Key in SettingKey]?: string | number | boolean | undefined }

export type Variables = Readonly<Record<string, string | undefined>>

export interface Sources {
  flags: SettingFlags
  environment: Variables
  file: Variables
}

/** The text of a setting with the place where it was found. */
export interface GivenSetting {
  key: SettingKey
  text: string
  origin: Exclude<SettingOrigin, 'default'>
  /** The variable or flag as the person wrote it. */
  name: string
}

/** Blank means unset, so that `A2A_PORT= npm start` and an empty line of .env do what they look like. */
export const isSet = (text: string | undefined): text is string => text !== undefined && text.trim() !== ''

const fromFlags = (row: SettingRow, flags: SettingFlags): GivenSetting[] => {
  const text = String(flags[row.key] ?? '').trim()
  return text === '' ? [] : [{ key: row.key, text, origin: 'flag', name: row.flag ?? row.key }]
}

const fromVariables = (row: SettingRow, variables: Variables, origin: 'environment' | 'file'): GivenSetting[] =>
  row.env.flatMap(name => {
    const text = variables[name]
    return isSet(text) ? [{ key: row.key, text: text.trim(), origin, name }] : []
  })

const findSetting = (row: SettingRow, sources: Sources): GivenSetting[] => {
  const places = [
    fromFlags(row, sources.flags),
    fromVariables(row, sources.environment, 'environment'),
    fromVariables(row, sources.file, 'file'),
  ]
  return places.find(found => found.length > 0) ?? []
}

/** Finds each setting in the first place that has it. Two spellings in one place must agree. */
export const readSources = (sources: Sources): { given: GivenSetting[]; problems: SettingProblem[] } => {
  const found = settingRows.map(row => findSetting(row, sources))
  return {
    given: found.flatMap(([first]) => (first === undefined ? [] : [first])),
    problems: found.flatMap(([first, ...others]) =>
      others
        .filter(other => other.text !== first?.text)
        .map(other => ({ name: other.name, description: `contradicts ${first?.name}, its other spelling: keep one` })),
    ),
  }
}
