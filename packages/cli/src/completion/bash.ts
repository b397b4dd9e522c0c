import { shellWord } from '../shell-word.ts'
import { isDirectory, type Place } from './places.ts'

const words = (list: readonly string[]): string => shellWord(list.join(' '))

const nextCases = (places: readonly Place[]): string[] =>
  places.flatMap(({ path, next }) =>
    next.map(
      step => `    ${step.names.map(name => shellWord(`${path}:${name}`)).join('|')}) path=${shellWord(step.path)} ;;`,
    ),
  )

const valueCases = (places: readonly Place[]): string[] =>
  places.flatMap(({ path, options }) =>
    options.flatMap(option => {
      if (option.value === null) return []
      const { choices } = option.value
      const kind = isDirectory(option) ? 'directories=1' : `offer=${words(choices)}`
      return [`    ${option.flags.map(flag => shellWord(`${path}:${flag}`)).join('|')}) ${kind} ;;`]
    }),
  )

const offerCases = (places: readonly Place[]): string[] =>
  places.map(({ path, next, options, choices }) => {
    const flags = words(options.flatMap(option => option.flags))
    return `    ${shellWord(path)}) flags=${flags} offer=${words([...next.map(({ word }) => word), ...choices])} ;;`
  })

const tables = (
  name: string,
  places: readonly Place[],
): string => `# Which command a word leads to from the command before it.
__${name}_step() {
  case "$path:$1" in
${nextCases(places).join('\n')}
    *) return 1 ;;
  esac
}

# Whether an option takes a value, and which values to offer.
__${name}_value() {
  case "$path:$1" in
${valueCases(places).join('\n')}
    *) return 1 ;;
  esac
}`

/** A completion script for bash, from version 3.2 on; it needs nothing beside bash itself. */
export const bashScript = (name: string, places: readonly Place[]): string => `# bash completion for ${name}

${tables(name, places)}

_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} path='' flags='' offer='' directories='' arguments=0 i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == -* ]]; then
      if __${name}_value "$word"; then
        # bash splits --option=value into three words.
        [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++))
        ((i++))
      fi
    elif ((arguments > 0)) || ! __${name}_step "$word"; then
      ((arguments++))
    fi
  done
  offer='' directories=''
  if [[ $cur == = ]]; then
    cur=''
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [[ $before == -* ]] && __${name}_value "$before"; then
    if [[ $directories ]]; then
      local IFS=$'\\n'
      COMPREPLY=($(compgen -d -S / -- "$cur"))
      type compopt >/dev/null 2>&1 && compopt -o nospace 2>/dev/null
    else
      COMPREPLY=($(compgen -W "$offer" -- "$cur"))
    fi
    return
  fi
  case "$path" in
${offerCases(places).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif ((arguments == 0)); then
    COMPREPLY=($(compgen -W "$offer" -- "$cur"))
  fi
}

complete -F _${name} ${name}
`
