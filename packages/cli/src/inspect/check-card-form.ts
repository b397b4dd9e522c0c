import { AgentCard as CardV03 } from '@codetether/protocol/v03/agent-card'
import { AgentCard as CardV10 } from '@codetether/protocol/v10/agent-card'
import type { z } from 'zod'
import { cardSection } from './card-sections.ts'
import { excerpt, type Finding, fail, ok } from './finding.ts'

/** Findings of one card at most: a document that is something else is wrong everywhere. */
const maxFindings = 20

const schemas = { '1.0': CardV10, '0.3': CardV03 } as const

export type CardVersion = keyof typeof schemas

const hasMember = (document: unknown, name: string): boolean =>
  typeof document === 'object' && document !== null && Object.hasOwn(document, name)

/** The forms that a document means to have: one of both versions is read by clients of both. */
export const formsOf = (document: unknown): CardVersion[] => [
  ...(hasMember(document, 'supportedInterfaces') ? (['1.0'] as const) : []),
  ...(hasMember(document, 'url') || hasMember(document, 'protocolVersion') ? (['0.3'] as const) : []),
]

/** A union says what is wrong only inside: the first thing that is wrong there tells more than "Invalid input". */
const deepest = (issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } => {
  const inner = issue.code === 'invalid_union' ? issue.errors.flat()[0] : undefined
  if (inner === undefined) return issue
  const { path, message } = deepest(inner)
  return { path: [...issue.path, ...path], message }
}

/** Each member of the card that is not as the specification says. */
export const checkCardForm = (document: unknown, version: CardVersion): Finding[] => {
  const line = (path: readonly PropertyKey[]) => ({
    ...{ subject: 'card', check: `form of v${version}`, section: cardSection(version, path) },
  })
  const { error } = schemas[version].safeParse(document)
  if (error === undefined) return [{ ...line([]), ...ok('every member is as the specification says') }]
  return error.issues.slice(0, maxFindings).map(issue => {
    const { path, message } = deepest(issue)
    return { ...line(path), ...fail(excerpt(`${path.map(String).join('.') || 'the card'}: ${message}`)) }
  })
}
