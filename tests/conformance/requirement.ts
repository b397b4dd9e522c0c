import type { Subject } from './subject.ts'

/** Something that requirements ask for, shown against a running server. Throws when it is not so. */
export interface Check {
  title: string
  /** It is about no binding: it is shown through each of the doors. Others choose their own way. */
  everywhere: boolean
  show(subject: Subject): Promise<void>
}

/** A check of one binding, of HTTP, or of what stands beside the calls. */
export const check = (title: string, show: Check['show']): Check => ({ title, everywhere: false, show })

/** A check that is the same whatever the binding: it calls by the door of its subject. */
export const everywhere = (title: string, show: Check['show']): Check => ({ title, everywhere: true, show })

/** Why no test of this server can show a requirement. */
export interface Outside {
  outside: string
}

/**
 * One sentence of a specification that says MUST, MUST NOT, SHALL, REQUIRED, SHOULD, SHOULD NOT or RECOMMENDED: its number among all requirements of
 * its specification, its section, the digest by which the sentence is known, its first words, and what shows it.
 */
export type Row = readonly [
  n: number,
  section: string,
  digest: string,
  words: string,
  ...shownBy: [Outside] | readonly [Check, ...Check[]],
]

export interface Specification {
  version: string
  rows: readonly Row[]
}

const because = (outside: string): Outside => ({ outside })

export const outside = {
  agents: because('concerns what an agent makes of its messages: this server hands it the context and the history'),
  author: because('concerns whoever publishes a new version of an extension'),
  bindings: because('concerns custom protocol bindings: there is none here'),
  client: because('concerns clients'),
  editorial: because("concerns the specification's own maintenance"),
  credentials: because(
    'concerns agents that take credentials: here none travel through tasks, a message says that they are there',
  ),
  documented: because('asks for documentation: docs/a2a.md, docs/operations.md and SECURITY.md have it'),
  erasure: because('shown by tests/erasure.test.ts: `codetether tenant erase`'),
  extendedCard: because('conditional: this server declares an extended card exactly where it has one'),
  heading: because('introduces the list or names the words that the next sentences use'),
  revocation: because('concerns the operator: a token is a setting, and gone with the next start'),
  law: because('concerns the operator and the law that applies'),
  manyStreams: because('shown by tests/doors/streams-pressure.test.ts: needs a thousand streams'),
  messages: because('conditional: this server answers with tasks, never with a message alone'),
  notLimited: because(
    'deliberately not followed: streams and waiting calls are limited for each caller, the rate of other calls is left to the proxy in front, which knows addresses and tenants',
  ),
  notGuessed: because(
    'deliberately not followed in part: refused callers are logged, but not slowed down; tokens of 192 bits, as the README makes them, cannot be guessed',
  ),
  operator: because('concerns deployment: TLS ends at the proxy in front, see the operations page'),
  outages: because('shown by tests/external/waits.test.ts and restart.test.ts: needs a database that goes away'),
  push: because('conditional: concerns servers without push notifications; this one declares and has them'),
  retention: because('shown by tests/resume/retention.test.ts and the settings of the operations page'),
  self: because('this page and its checks are that'),
  streaming: because('conditional: concerns servers without streaming; this one declares and has it'),
} as const satisfies Record<string, Outside>

export const isCheck = (shown: Outside | Check): shown is Check => 'show' in shown
