import { describeSettings } from '@codetether/server/config/effective-settings'
import { loadConfig } from '@codetether/server/config/load-config'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput, harmless } from '../output.ts'
import { type ServeOptions, settingFlags } from '../serve-options.ts'

/** Prints the settings as the server would use them: value, origin and description, secrets masked. */
export const config = async (options: ServeOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const { settings, notices } = loadConfig(undefined, settingFlags(options), {
    isTerminal: io.stdout.isTTY === true,
    envFile: '.env',
  })
  await output.result({ settings, notices }, () => harmless(describeSettings(settings)))
  if (!output.json) for (const notice of notices) output.note(`notice: ${notice}`)
  return exitCodes.ok
}
