import type { Argument, Command, Option } from 'commander'

/** What a value is, as far as a shell can help with it. */
export interface ValueShape {
  /** As the help calls it. */
  name: string
  choices: readonly string[]
}

export interface OptionNode {
  /** `--help`, and `-h` before it where there is one. */
  flags: readonly string[]
  description: string
  /** Null for a switch. */
  value: ValueShape | null
}

export interface ArgumentNode extends ValueShape {
  required: boolean
}

/** A command as a table: what the help shows of it. */
export interface CommandNode {
  /** Its name first, then its aliases. */
  names: readonly [string, ...string[]]
  description: string
  arguments: readonly ArgumentNode[]
  options: readonly OptionNode[]
  commands: readonly CommandNode[]
}

const optionNode = ({ short, long, description, required, optional, flags, argChoices = [] }: Option): OptionNode => ({
  flags: [short, long].filter(flag => flag !== undefined),
  description,
  value: required || optional ? { name: /[<[](.*)[>\]]/.exec(flags)?.[1] ?? 'value', choices: argChoices } : null,
})

const argumentNode = (argument: Argument): ArgumentNode => ({
  name: argument.name(),
  choices: argument.argChoices ?? [],
  required: argument.required,
})

/** Reads a command of commander, and those below it, without what the help hides. */
export const commandTree = (command: Command): CommandNode => {
  const help = command.createHelp()
  return {
    names: [command.name(), ...command.aliases()],
    description: command.description(),
    arguments: command.registeredArguments.map(argumentNode),
    options: help.visibleOptions(command).map(optionNode),
    commands: help.visibleCommands(command).map(commandTree),
  }
}
