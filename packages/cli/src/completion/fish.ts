import type { OptionNode } from '../command-tree.ts'
import { isDirectory, type Place } from './places.ts'

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`

const flagWords = (flag: string): string => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)

const valueWords = (option: OptionNode): string => {
  if (option.value === null) return ''
  if (isDirectory(option)) return ` -xa '(__fish_complete_directories)'`
  const { choices } = option.value
  return choices.length === 0 ? ' -x' : ` -xa ${quoted(choices.join(' '))}`
}

const stepCases = (places: readonly Place[]): string[] =>
  places.flatMap(({ path, next }) =>
    next.map(
      step => `            case ${step.names.map(name => quoted(`${path}:${name}`)).join(' ')}
                set place ${quoted(step.path)}`,
    ),
  )

const valueCases = (places: readonly Place[]): string =>
  places
    .flatMap(({ path, options }) =>
      options.flatMap(({ flags, value }) => (value === null ? [] : flags.map(flag => quoted(`${path}:${flag}`)))),
    )
    .join(' ')

const completions =
  (name: string) =>
  ({ path, next, options, choices }: Place): string[] => {
    const condition = (more: string) => `complete -c ${name} -n ${quoted(`__${name}_at ${quoted(path)}${more}`)}`
    const [first, anywhere] = [condition(' first'), condition('')]
    return [
      ...next.map(({ word, description }) => `${first} -a ${quoted(word)} -d ${quoted(description)}`),
      ...choices.map(choice => `${first} -a ${quoted(choice)}`),
      ...options.map(
        option =>
          `${anywhere} ${option.flags.map(flagWords).join(' ')}${valueWords(option)} -d ${quoted(option.description)}`,
      ),
    ]
  }

/** A completion script for fish. */
export const fishScript = (name: string, places: readonly Place[]): string => `# fish completion for ${name}

# Whether the words before the cursor lead to this command, and with a second argument, no further.
function __${name}_at
    set -l words (commandline -opc)
    set -l place ''
    set -l skip 0
    set -l further 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$place:$word"
            case ${valueCases(places)}
                set skip 1
${stepCases(places).join('\n')}
            case '*:-*'
            case '*'
                set further 1
        end
    end
    test "$place" = "$argv[1]"; and begin
        test (count $argv) = 1; or test $further = 0
    end
end

complete -c ${name} -f
${places.flatMap(completions(name)).join('\n')}
`
