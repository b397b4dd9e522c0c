/** A line of a `.env` file that sets nothing, or not what it seems to. */
export interface MalformedLine {
  /** From 1. */
  line: number
  /** The word with which it begins: perhaps the name of a setting, perhaps a part of a secret. */
  word: string
}

const emptyLine = /^[ \t]*(?:#.*)?$/
/** What `parseEnv` of Node reads: the value may be quoted, and end on a later line. */
const assignment = /^[ \t]*(?:export )?[A-Za-z_][\w.-]*[ \t]*=[ \t]*(["'`]?)(.*)$/
const firstWord = /^\W*(?:export\s+)?(\w*)/

/** The lines that are no `NAME=value`, and those with a quote that never ends. Node passes over them in silence. */
export function malformedLines(text: string): MalformedLine[] {
  const lines = text.split(/\r?\n/)
  const malformed: MalformedLine[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (emptyLine.test(line)) continue
    const [match, quote = '', value = ''] = assignment.exec(line) ?? []
    if (match !== undefined && (quote === '' || value.includes(quote))) continue
    const end = quote === '' ? -1 : lines.findIndex((later, place) => place > index && later.includes(quote))
    if (end > 0) index = end
    else malformed.push({ line: index + 1, word: firstWord.exec(line)?.[1] ?? '' })
  }
  return malformed
}
