import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Shell } from '../completion/install-hints.ts'

const run = promisify(execFile)

/** Shells that a test can ask for candidates. */
export type TestedShell = Exclude<Shell, 'powershell'>

const bash = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _codetether; printf '%s\\n' "\${COMPREPLY[@]}"`

const fish = 'source $argv[1]; complete -C $argv[2]'

/** Types the line into an interactive zsh and prints what its completion adds, each group between << and >>. */
const zsh = `
zmodload zsh/zpty
zpty inner zsh -f -i
say() { zpty -w inner "$1" }
say 'PROMPT= RPROMPT= PS2=; stty -echo; autoload -Uz compinit && compinit -u -D'
say "source \${(q)1}"
say 'compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-[OAD]\\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits; builtin compadd -A hits "$@"
  (( $#hits )) && print -r -- "<<\${(j: :)hits}>>"
}'
say 'finished() { print "<<END>>" }; comppostfuncs=(finished); zstyle ":completion:*" insert-tab false'
say 'bindkey "^I" complete-word; print "<<RE""ADY>>"'
zpty -r -m inner out '*<<READY>>*'
zpty -w -n inner "$2"$'\\t'
zpty -r -m inner out '*<<END>>*'
print -r -- "$out"
zpty -d inner
`

/** As bash splits a line that is being typed. */
const wordsOf = (line: string): string[] => line.split(/(=)| +/).filter(word => word !== undefined)

const asked: Record<TestedShell, (script: string, line: string) => Promise<string[]>> = {
  bash: async (script, line) => {
    const { stdout } = await run('bash', ['--norc', '-c', bash, 'bash', script, ...wordsOf(line)])
    return stdout.split('\n')
  },
  fish: async (script, line) => {
    const { stdout } = await run('fish', ['--no-config', '-c', fish, script, line])
    return stdout.split('\n').map(found => found.replace(/\t.*/, '').replace(/^--[\w-]+=/, ''))
  },
  zsh: async (script, line) => {
    const { stdout } = await run('zsh', ['-f', '-c', zsh, 'zsh', script, line], { timeout: 30_000 })
    const groups = [...stdout.matchAll(/<<([^>]*)>>/g)].map(([, words = '']) => words)
    return groups.flatMap(words => words.split(' ')).filter(word => word !== 'END')
  },
}

/** The candidates that a shell with this script offers behind a line, sorted. */
export const completeWith = async (shell: TestedShell, script: string, line: string): Promise<string[]> => {
  const found = await asked[shell](script, line)
  return [...new Set(found.filter(word => word !== ''))].sort()
}

export const isInstalled = (shell: string): Promise<boolean> =>
  run(shell, ['--version']).then(
    () => true,
    () => false,
  )
