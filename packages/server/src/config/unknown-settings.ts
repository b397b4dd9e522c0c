import type { SettingProblem } from './config-error.ts'
import type { MalformedLine } from './malformed-lines.ts'
import { nearest } from './nearest.ts'
import { isSet, type Variables } from './read-sources.ts'
import { rowsByVariable } from './setting-rows.ts'
import { unsupportedNames } from './unsupported-settings.ts'

/** Variables of other programs of this house: the CLI as a client, workers, and tests. */
const othersNames = new Set([
  'A2A_SERVER_URL',
  'CODETETHER_SERVER',
  'CODETETHER_TOKEN',
  'A2A_CLIENT_BEARER_TOKEN',
  'A2A_CLIENT_BASIC_AUTH',
  'A2A_CLIENT_API_KEY',
  'A2A_CLIENT_API_KEY_HEADER',
  'A2A_CLIENT_ALLOW_HTTP',
  ...['A2A_WORKER_NAME', 'A2A_WORKER_ID', 'A2A_CODEBASES', 'A2A_AUTO_APPROVE'],
  ...['NAME', 'ID', 'CAPABILITIES', 'MODELS', 'COMMAND', 'PASS_ENV', 'DATA_DIR'].map(
    name => `CODETETHER_WORKER_${name}`,
  ),
  ...['CODETETHER_CODEBASES', 'CODETETHER_AUTO_APPROVE'],
])

const knownNames = [...rowsByVariable.keys()]
const isKnown = (name: string): boolean =>
  rowsByVariable.has(name) || unsupportedNames.has(name) || othersNames.has(name)

/** These prefixes are ours alone; under the others, only what is nearly one of our names is taken for a typing error. */
const isOurs = (name: string): boolean => /^(A2A|CODETETHER)_/.test(name)
const isPerhapsOurs = (name: string): boolean => /^(CORS|RLS)_/.test(name) && nearest(name, knownNames) !== undefined

const securityWord = /AUTH|TOKEN|SECRET|CORS|PASSW|CREDENTIAL|INSECURE|TRUST|(^|_)(RLS|TLS|SSL|KEYS?)(_|$)/

const isSecurity = (name: string, near: string | undefined): boolean =>
  securityWord.test(name) || (near !== undefined && rowsByVariable.get(near)?.security === true)

interface Judgement {
  problems: SettingProblem[]
  notices: string[]
}

/**
 * Lines of a `.env` file that say nothing: the same, so a line that was meant as a security setting is a problem. Lines
 * are told by number, because any word of them may be a secret.
 */
export function judgeMalformed(file: string, lines: readonly MalformedLine[]): Judgement {
  const isMeant = ({ word }: MalformedLine) => isKnown(word) || isOurs(word)
  const protects = (line: MalformedLine) => isMeant(line) && isSecurity(line.word, nearest(line.word, knownNames))
  const name = ({ line }: MalformedLine) => `${file}, line ${line},`
  const [form, closed] = ['is not NAME=value', 'or has a quote that never ends']
  return {
    problems: lines.filter(protects).map(line => ({
      name: name(line),
      description: `${form}, ${closed}, but looks like a setting that protects. Mend it or take it out.`,
    })),
    notices: lines.filter(line => !protects(line)).map(line => `${name(line)} ${form}, ${closed}; ignored.`),
  }
}

/**
 * Variables that carry our prefixes and mean nothing here: a notice each, except that what looks like a security
 * setting is a problem, because whoever wrote it relies on a protection that is not there.
 */
export const judgeUnknown = (variables: Variables): Judgement => {
  const unknown = Object.keys(variables)
    .filter(name => isSet(variables[name]) && !isKnown(name) && (isOurs(name) || isPerhapsOurs(name)))
    .sort()
    .map(name => {
      const near = nearest(name, knownNames)
      const hint = near === undefined ? '' : ` Did you mean ${near}?`
      return { name, hint, security: isSecurity(name, near) }
    })
  return {
    problems: unknown
      .filter(({ security }) => security)
      .map(({ name, hint }) => ({
        name,
        description: `is no setting, but looks like one that protects. Unset it.${hint}`,
      })),
    notices: unknown
      .filter(({ security }) => !security)
      .map(({ name, hint }) => `${name} is no setting; ignored.${hint}`),
  }
}
