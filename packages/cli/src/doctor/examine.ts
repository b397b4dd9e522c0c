import { ConfigError } from '@codetether/server/config/config-error'
import { type LoadedConfig, loadConfig } from '@codetether/server/config/load-config'
import { readRuntime } from '@codetether/server/db/embedded/runtime-file'
import { isRunning } from '../find-local-server.ts'
import { type ServeOptions, settingFlags } from '../serve-options.ts'
import { type Check, check } from './check.ts'
import { checkDataDir } from './check-data-dir.ts'
import { checkDatabase, checkSchema } from './check-database.ts'
import { checkNode } from './check-node.ts'
import { checkPort } from './check-port.ts'

const settingsCheck = (notices: readonly string[]): Check =>
  notices.length === 0
    ? { name: 'settings', status: 'ok', detail: 'valid', hint: '' }
    : { name: 'settings', status: 'warn', detail: notices.join(' '), hint: 'codetether config shows what is effective' }

const load = (options: ServeOptions): LoadedConfig | Check => {
  try {
    return loadConfig(undefined, settingFlags(options), { envFile: '.env' })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const detail = error.problems.map(({ name, description }) => `${name} ${description}`).join('; ')
    return { name: 'settings', status: 'fail', detail, hint: 'codetether serve would not start with them' }
  }
}

/** Everything that is looked at, in the order in which a problem would show. */
export const examine = async (options: ServeOptions): Promise<Check[]> => {
  const node = await check('node', () => checkNode())
  const loaded = load(options)
  const names = ['data directory', 'port', 'database', 'schema']
  if ('status' in loaded) {
    const skip = (name: string): Check => ({ name, status: 'skipped', detail: 'the settings are not valid', hint: '' })
    return [node, loaded, ...names.map(skip)]
  }
  const { config, notices } = loaded
  const found = await readRuntime(config.dataDir)
  const runtime = found !== null && isRunning(found.pid) ? found : null
  const looks = [
    () => checkDataDir(config.dataDir),
    () => checkPort(config, runtime),
    () => checkDatabase(config, runtime),
    () => checkSchema(config, runtime),
  ]
  const checks = await Promise.all(looks.map((look, index) => check(names[index] ?? '', look)))
  return [node, settingsCheck(notices), ...checks]
}
