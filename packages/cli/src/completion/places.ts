import type { CommandNode, OptionNode } from '../command-tree.ts'

/** A command with the way to it, as completion looks at a line: where it is, and what can come next. */
export interface Place {
  /** The names from the program's down to it, joined by a space; empty for the program. */
  path: string
  /** Candidates with what they mean. */
  next: readonly { word: string; path: string; names: readonly string[]; description: string }[]
  options: readonly OptionNode[]
  /** Candidates for its first argument. */
  choices: readonly string[]
}

/** What flags without a command mean. */
export const defaultCommand = 'serve'

const withoutDuplicates = (options: readonly OptionNode[]): OptionNode[] => [
  ...new Map(options.map(option => [option.flags.join(), option])).values(),
]

const placesBelow = (command: CommandNode, path: readonly string[]): Place[] => {
  const below = (child: CommandNode): string[] => [...path, child.names[0]]
  const place: Place = {
    path: path.join(' '),
    next: command.commands.map(child => ({
      word: child.names[0],
      path: below(child).join(' '),
      names: child.names,
      description: child.description,
    })),
    options: command.options,
    choices: command.arguments[0]?.choices ?? [],
  }
  return [place, ...command.commands.flatMap(child => placesBelow(child, below(child)))]
}

/** All places of a program. Those without a command take the flags of the default one, and `help` the names of commands. */
export const placesOf = (program: CommandNode): [Place, ...Place[]] => {
  const [root, ...others] = placesBelow(program, [])
  if (root === undefined) throw new Error('a program is a place')
  const defaults = others.find(({ path }) => path === defaultCommand)?.options ?? []
  const names = root.next.map(({ word }) => word).filter(word => word !== 'help')
  return [
    { ...root, options: withoutDuplicates([...root.options, ...defaults]) },
    ...others.map(place =>
      /(^| )help$/.test(place.path) ? { ...place, choices: namesBelow(place, others, names) } : place,
    ),
  ]
}

/** `help` explains what stands beside it. */
const namesBelow = ({ path }: Place, places: readonly Place[], ofProgram: readonly string[]): readonly string[] => {
  const parent = places.find(place => place.path === path.replace(/ ?help$/, ''))
  return parent?.next.map(({ word }) => word).filter(word => word !== 'help') ?? ofProgram
}

/** Only directories can be meant. */
export const isDirectory = ({ value }: OptionNode): boolean => value?.name === 'directory'
