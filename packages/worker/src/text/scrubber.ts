const mask = '••••'

/** Of a text that may go on: what its end could be the beginning of is held back up to so many characters. */
const mostHeld = 8 * 1024
/** Shorter values are words that occur by themselves. */
const shortest = 8

const secretName = /token|secret|passw|passphrase|credential|private_?key|api_?key|access_?key|authorization|cookie/i

/** Forms of tokens that are secrets wherever they come from. */
const forms = [
  'ctw_[\\w-]{40,}',
  'sk-[\\w-]{16,}',
  'gh[pousr]_\\w{20,}',
  'github_pat_\\w{20,}',
  'glpat-[\\w-]{16,}',
  'npm_\\w{30,}',
  'xox[abeprs]-[\\w-]{10,}',
  'AIza[\\w-]{30,}',
  '(?:AKIA|ASIA)[A-Z\\d]{16}',
  'eyJ[\\w-]{8,}\\.[\\w-]{8,}\\.[\\w-]{8,}',
  '-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?',
]
/** Their beginnings: what follows one at the end of a text may be the rest of a token. */
const begun =
  /(?:(?:ctw_|sk-|gh[pousr]_|github_pat_|glpat-|npm_|xox[abeprs]-|AIza|AKIA|ASIA|eyJ)[\w.-]*|bearer\s+[\w.~+/=-]*|:\/\/[^\s/]*|-----BEGIN [A-Z ]{0,40}-{0,5}|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*-{0,5}[A-Z ]*-{0,4})$/i
/** What the beginnings begin with, in case the text is cut within them. */
const prefixes = 'ctw_ sk- ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- npm_ xoxb- xoxp- AIza AKIA ASIA eyJ ://'
const openings = [...prefixes.split(' '), 'Bearer ', 'bearer ', '-----BEGIN ']

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** The values of an environment whose names say that they are secrets. */
export const secretsOf = (environment: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(environment).flatMap(([name, value = '']) => (secretName.test(name) ? [value] : []))

/** What must not be shown: known values, and texts that have the form of a token. */
export class Secrets {
  readonly #values: readonly string[]
  readonly #pattern: RegExp

  constructor(values: Iterable<string>) {
    // The longest first: one may be the beginning of another.
    this.#values = [...new Set(values)].filter(v => v.length >= shortest).sort((a, b) => b.length - a.length)
    this.#pattern = new RegExp([...this.#values.map(escaped), ...forms].join('|'), 'g')
  }

  /** A whole text without them. */
  scrub(text: string): string {
    return text
      .replace(this.#pattern, mask)
      .replace(/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${mask}`)
      .replace(/(:\/\/[^\s:/@"']*:)[^\s/@"']+@/g, `$1${mask}@`)
  }

  /** Where the part of a text begins that more text could make a secret. Its length if there is none. */
  cutOf(text: string): number {
    const end = text.slice(-mostHeld)
    const offset = text.length - end.length
    const cuts = [end.search(begun), ...[...this.#values, ...openings].map(value => overlap(end, value))]
    const cut = Math.min(end.length, ...cuts.filter(at => at >= 0))
    // What a whole secret ends with may be the beginning of another one: it is not cut in two.
    for (const { 0: secret, index } of end.matchAll(this.#pattern))
      if (index < cut && index + secret.length > cut) return offset + index
    return offset + cut
  }
}

/** Where a text ends with the beginning of a value; -1 if it does not. */
function overlap(text: string, value: string): number {
  const [first = ''] = value
  for (let at = Math.max(0, text.length - value.length + 1); ; at += 1) {
    at = text.indexOf(first, at)
    if (at < 0 || value.startsWith(text.slice(at))) return at
  }
}

/** The same for a text that comes in pieces. */
export class Scrubber {
  readonly #secrets: Secrets
  #held = ''

  constructor(secrets: Secrets) {
    this.#secrets = secrets
  }

  push(piece: string): string {
    const text = this.#held + piece
    const cut = this.#secrets.cutOf(text)
    this.#held = text.slice(cut)
    return this.#secrets.scrub(text.slice(0, cut))
  }

  end(): string {
    const text = this.#secrets.scrub(this.#held)
    this.#held = ''
    return text
  }
}
