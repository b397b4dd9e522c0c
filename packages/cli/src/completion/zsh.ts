import type { OptionNode } from '../command-tree.ts'
import { isDirectory, type Place } from './places.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Text inside the brackets of a specification. */
const plain = (text: string): string => text.replaceAll(/[\\[\]:]/g, '\\$&')

const valueAction = (option: OptionNode): string => {
  if (option.value === null) return ''
  const { name, choices } = option.value
  if (isDirectory(option)) return `:${plain(name)}:_files -/`
  return `:${plain(name)}:${choices.length === 0 ? ' ' : `(${choices.join(' ')})`}`
}

/** `--port=` takes its value behind a space as well as behind the sign. */
const optionSpecs = (option: OptionNode): string[] => {
  const { flags, description } = option
  const excluded = flags.length > 1 ? `(${flags.join(' ')})` : ''
  return flags.map(flag => {
    const sign = option.value !== null && flag.startsWith('--') ? '=' : ''
    return quoted(`${excluded}${flag}${sign}[${plain(description)}]${valueAction(option)}`)
  })
}

const functionOf = (name: string, path: string): string => `_${[name, ...path.split(' ').filter(Boolean)].join('_')}`

const firstArgument = ({ next, choices }: Place): string[] => {
  if (next.length > 0) return []
  return choices.length === 0 ? [`'*: : '`] : [quoted(`1: :(${choices.join(' ')})`)]
}

const placeFunction =
  (name: string) =>
  (place: Place): string => {
    const specs = [...place.options.flatMap(optionSpecs), ...firstArgument(place)]
    if (place.next.length === 0)
      return `${functionOf(name, place.path)}() {
  _arguments -s -S \\
    ${specs.join(' \\\n    ')}
}`
    const cases = place.next.map(step => `    (${step.names.map(quoted).join('|')}) ${functionOf(name, step.path)} ;;`)
    const candidates = place.next.map(({ word, description }) =>
      quoted(`${word.replaceAll(':', '\\:')}:${description}`),
    )
    return `${functionOf(name, place.path)}() {
  local context state state_descr line
  local -a commands
  typeset -A opt_args
  commands=(
    ${candidates.join('\n    ')}
  )
  _arguments -s -S -C \\
    ${[...specs, `'1: :->command'`, `'*:: :->rest'`].join(' \\\n    ')}
  case $state in
    (command) _describe -t commands command commands ;;
    (rest)
      case $words[1] in
${cases.map(line => `    ${line}`).join('\n')}
      esac ;;
  esac
}`
  }

/** A completion script for zsh: to be sourced behind compinit, or as the file `_codetether` in a directory of $fpath. */
export const zshScript = (name: string, places: readonly Place[]): string => `#compdef ${name}
# zsh completion for ${name}

${places.map(placeFunction(name)).join('\n\n')}

if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`
