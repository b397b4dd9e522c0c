import { z } from 'zod'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function entriesOf(given: string): [string, unknown][] | null {
  if (!given.startsWith('{'))
    return given
      .split(',')
      .filter(entry => entry.trim() !== '')
      .map(entry => {
        const at = entry.search(/[=:]/)
        return [entry.slice(0, Math.max(at, 0)), at < 0 ? '' : entry.slice(at + 1)]
      })
  try {
    const parsed: unknown = JSON.parse(given)
    return isObject(parsed) ? Object.entries(parsed) : null
  } catch {
    return null
  }
}

/** `name=value,name2=value2`, or a JSON object: Map of lower-case name → value. Values may have colons. */
export const nameMap = <T>(value: z.ZodType<T>, example: string) =>
  z.string().transform((given, context): ReadonlyMap<string, T> => {
    const found = new Map<string, T>()
    for (const [name, text] of entriesOf(given) ?? [['', '']]) {
      const key = name.trim().toLowerCase()
      const read = value.safeParse(text)
      if (key !== '' && read.success && !found.has(key)) {
        found.set(key, read.data)
        continue
      }
      context.addIssue({ code: 'custom', message: `must look like ${example}, or a JSON object, each name once` })
      return z.NEVER
    }
    return found
  })
