import { basename } from 'node:path'
import type { CommandNode } from '../command-tree.ts'
import { installHints, isShell, type Shell, shells } from '../completion/install-hints.ts'
import { completionScript } from '../completion/shells.ts'
import { exitCodes } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import type { Io, OutputOptions } from '../io.ts'
import { createOutput } from '../output.ts'

export interface CompletionOptions extends OutputOptions {
  /** The one that runs this command, if absent. */
  shell?: Shell
  program: CommandNode
}

const detectShell = ({ environment: { shell = '' } }: Io): Shell => {
  const name = basename(shell)
  if (isShell(name)) return name
  throw new UsageError(
    shell === '' ? 'SHELL is not set, so the shell is not known' : `there is no completion for ${name}`,
    `name one: codetether completion ${shells.join('|')}`,
  )
}

/** Prints a script that completes the words of this program. */
export const completion = async ({ program, ...options }: CompletionOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const shell = options.shell ?? detectShell(io)
  const script = completionScript(shell, program)
  await output.result({ shell, script, install: installHints[shell] }, () => script.trimEnd())
  if (output.columns !== undefined && !output.json) output.note(`# to install it: ${installHints[shell]}`)
  return exitCodes.ok
}
