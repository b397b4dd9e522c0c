import type { CommandNode } from '../command-tree.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import type { Shell } from './install-hints.ts'
import { type Place, placesOf } from './places.ts'
import { powershellScript } from './powershell.ts'
import { zshScript } from './zsh.ts'

const writers: Record<Shell, (name: string, places: readonly Place[]) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
}

/** The completion script of a program for a shell. */
export const completionScript = (shell: Shell, program: CommandNode): string =>
  writers[shell](program.names[0], placesOf(program))
