const mask = '••••'
const maxDepth = 8

const secretKey =
  /^(proxy-)?authorization$|cookie|token|secret|password|passwd|passphrase|credential|private-?key|api-?key|rawheaders|access-?key/

const isSecretKey = (key: string, headers: ReadonlySet<string>): boolean => {
  const name = key.toLowerCase()
  return headers.has(name) || secretKey.test(name.replaceAll('_', '-'))
}

/** Numbers and flags are no secrets: counts of tokens stay readable. */
const hide = (value: unknown): unknown =>
  typeof value === 'string' || typeof value === 'object' ? value && mask : value

const hasOwnForm = (value: object): boolean => 'toJSON' in value && typeof value.toJSON === 'function'

/** Fields of a log line → what is safe to write of them. */
export type Redactor = (fields: object) => Record<string, unknown>

/** Masks what stands under keys that name secrets or one of the headers, at every depth. Errors become plain objects with their causes. */
export const createRedactor = (headers: readonly string[] = []): Redactor => {
  const names = new Set(headers.map(header => header.toLowerCase()))

  const entries = (value: object, seen: ReadonlySet<unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, isSecretKey(key, names) ? hide(inner) : walk(inner, seen)]),
    )

  const errorFields = (error: Error, seen: ReadonlySet<unknown>): Record<string, unknown> => {
    const cause = error.cause === undefined ? {} : { cause: walk(error.cause, seen) }
    const parts = error instanceof AggregateError ? { errors: error.errors.map(part => walk(part, seen)) } : {}
    const own = entries(error, new Set([...seen, error.cause]))
    return { type: error.name, message: error.message, stack: error.stack, ...own, ...cause, ...parts }
  }

  const walk = (value: unknown, ancestors: ReadonlySet<unknown>): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (ancestors.has(value)) return '[above]'
    if (ancestors.size >= maxDepth) return '[deep]'
    const seen = new Set([...ancestors, value])
    if (value instanceof Error) return errorFields(value, seen)
    if (Array.isArray(value)) return value.map(item => walk(item, seen))
    return hasOwnForm(value) ? value : entries(value, seen)
  }

  return fields => entries(fields, new Set())
}

const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer\s+)[\w.~+/=-]{6,}/gi, `$1${mask}`],
  [/\b(Basic\s+)[\w+/=]{12,}/gi, `$1${mask}`],
  [/(:\/\/[^\s:/@"]*:)[^\s/@"]+@/g, `$1${mask}@`],
  [/([?&][\w-]*(?:token|secret|password|api[_-]?key|signature|code)=)[^&\s"\\]+/gi, `$1${mask}`],
]

/** Masks secrets inside a text: bearer tokens, passwords in URLs, secret query parameters. */
export const redactText = (text: string): string =>
  patterns.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text)
