import type { Preparation } from '@codetether/server/db/prepare'
import type { Step } from '@codetether/server/db/step'

const statements = (steps: readonly Step[]): string[] => steps.map(({ sql }) => `${sql};`)

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The steps as a script for psql. */
export const stepsScript = ({ server, database }: Omit<Preparation, 'pending'>, name: string): string =>
  [
    ...statements(server),
    ...(database.length === 0 ? [] : [`\\connect ${identifier(name)}`, ...statements(database)]),
  ].join('\n')

/** All that `codetether migrate` would do, as a person reads it. */
export const planScript = (plan: Preparation, name: string): string =>
  [
    '-- Roles, database and privileges. Passwords stand here as SCRAM verifiers only.',
    stepsScript(plan, name) || '-- nothing is missing',
    ...plan.pending.map(
      ({ name: file, sql }) => `\n-- ${file}, as ct_owner in a transaction of its own\n${sql.trim()}`,
    ),
    ...(plan.pending.length === 0 ? ['\n-- no migration is pending'] : []),
  ].join('\n')
