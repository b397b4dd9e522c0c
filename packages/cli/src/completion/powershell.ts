import type { Place } from './places.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

const candidate = (word: string, description: string, kind: string): string =>
  `            [CompletionResult]::new(${[word, word].map(quoted).join(', ')}, [CompletionResultType]::${kind}, ${quoted(description || word)})`

const stepCases = (places: readonly Place[]): string[] =>
  places.flatMap(({ path, next }) =>
    next.flatMap(step =>
      step.names.map(name => `            ${quoted(`${path}:${name}`)} { $place = ${quoted(step.path)} }`),
    ),
  )

const values = (places: readonly Place[]): string[] =>
  places.flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) =>
      value === null
        ? []
        : flags.map(flag => `        ${quoted(`${path}:${flag}`)} = @(${value.choices.map(quoted).join(', ')})`),
    ),
  )

const placeCase = ({ path, next, options, choices }: Place): string => `        ${quoted(path)} {
${[
  ...next.map(({ word, description }) => candidate(word, description, 'ParameterValue')),
  ...choices.map(choice => candidate(choice, choice, 'ParameterValue')),
  ...options.flatMap(({ flags, description }) => flags.map(flag => candidate(flag, description, 'ParameterName'))),
].join('\n')}
            break
        }`

/** A completion script for PowerShell 5 and newer. */
export const powershellScript = (name: string, places: readonly Place[]): string => `# PowerShell completion for ${name}
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName ${quoted(name)} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Options with a value, and the values to offer.
    $values = @{
${values(places).join('\n')}
    }
    $place = ''
    $before = ''
    $first = $true
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
        $word = $element.Extent.Text
        if ($values.ContainsKey("\${place}:$before")) { $before = ''; continue }
        switch -CaseSensitive ("\${place}:$word") {
${stepCases(places).join('\n')}
            default { if (-not $word.StartsWith('-')) { $first = $false } }
        }
        $before = $word
    }
    if ($values.ContainsKey("\${place}:$before")) {
        $values["\${place}:$before"] | Where-Object { $_ -like "$wordToComplete*" }
        return
    }
    $candidates = @(switch ($place) {
${places.map(placeCase).join('\n')}
    })
    $candidates | Where-Object {
        $_.CompletionText -like "$wordToComplete*" -and ($first -or $_.CompletionText.StartsWith('-'))
    }
}
`
