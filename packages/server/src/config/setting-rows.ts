import { type SettingFacts, settingFacts } from './setting-facts.ts'
import { type SettingKey, Settings } from './settings.ts'

export interface SettingRow extends SettingFacts {
  key: SettingKey
}

const factsOf = (key: SettingKey): SettingFacts => {
  const facts = settingFacts.get(Settings.shape[key])
  if (facts === undefined) throw new Error(`The setting ${key} has no facts`)
  return facts
}

/** The settings as a table, in the order in which they are documented. */
export const settingRows: readonly SettingRow[] = Settings.keyof().options.map(key => ({ key, ...factsOf(key) }))

/** Every variable that is read, with its row. */
export const rowsByVariable: ReadonlyMap<string, SettingRow> = new Map(
  settingRows.flatMap(row => row.env.map(name => [name, row] as const)),
)
