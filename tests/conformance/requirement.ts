import type { Subject } from './subject.ts'

/** Something that requirements ask for, shown against a running server. Throws when it is not so. */
export interface Check {
  title: string
  show(subject: Subject): Promise<void>
}

export const check = (title: string, show: Check['show']): Check => ({ title, show })

/** Why no test of this server can show a requirement. */
export interface Outside {
  outside: string
}

/**
 * One sentence of a specification that says MUST, MUST NOT, SHALL or REQUIRED: its number among all requirements of
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
  author: because('asks something of whoever writes an extension, and this server has none of its own'),
  authRequired: because('conditional: no agent here asks for authorization (`TASK_STATE_AUTH_REQUIRED`)'),
  bindings: because('concerns custom protocol bindings: there is none here'),
  client: because('concerns clients'),
  editorial: because("concerns the specification's own maintenance"),
  extendedCard: because('conditional: the card declares no extended card'),
  heading: because('introduces the list or names the words that the next sentences use'),
  law: because('concerns the operator and the law that applies'),
  messages: because('conditional: this server answers with tasks, never with a message alone'),
  operator: because('concerns deployment: TLS ends at the proxy in front, see the operations page'),
  push: because('conditional: concerns servers without push notifications; this one declares and has them'),
  streaming: because('conditional: concerns servers without streaming; this one declares and has it'),
} as const satisfies Record<string, Outside>

export const isCheck = (shown: Outside | Check): shown is Check => 'show' in shown
