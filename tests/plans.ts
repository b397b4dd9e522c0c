import assert from 'node:assert/strict'
import { withConnection } from '@codetether/server/db/connect'
import { createTenantSigner } from '@codetether/server/db/tenant-context'
import type { SystemWriter, Writer } from '@codetether/server/store/store'
import { defaultTenantId } from '@codetether/server/tenants'
import type { TestDatabase } from '@codetether/testing/test-database'

interface Plan {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  /** Of each loop. */
  'Rows Removed by Filter'?: number
  'Rows Removed by Join Filter'?: number
  'Relation Name'?: string
  'Index Name'?: string
  Plans?: Plan[]
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

/** Explains statements in place of running them for their rows, and takes back what they have done. */
async function explain(
  address: TestDatabase['app'],
  begin: readonly [string, readonly unknown[]][],
  run: (query: (statement: { text: string }, values: readonly unknown[]) => Promise<[]>) => Promise<unknown>,
): Promise<Plan[]> {
  return withConnection(address, async client => {
    await client.query('begin')
    for (const [text, values] of begin) await client.query(text, [...values])
    const plans: Plan[] = []
    let last = Promise.resolve()
    const explainOne = async (text: string, values: readonly unknown[]) => {
      const { rows } = await client.query(`explain (analyze, format json) ${text}`, [...values])
      plans.push(...nodes(rows[0]['QUERY PLAN'][0].Plan))
    }
    await run(async ({ text }, values) => {
      last = last.then(() => explainOne(text, values))
      await last
      return []
    })
    await client.query('rollback')
    return plans
  })
}

/** Runs as the server does, and tells how: with the tenant set, row-level security on, and what each step has read. */
export const plansOf = (
  { app, secret }: TestDatabase,
  read: (tx: Writer) => Promise<unknown>,
  tenantId = defaultTenantId,
): Promise<Plan[]> =>
  explain(
    app,
    [[`select set_config('codetether.tenant_context', $1, true)`, [createTenantSigner(secret).sign(tenantId)]]],
    query => read({ writes: true, query }),
  )

/** The same for what the server does for all tenants. */
export const systemPlansOf = (
  { system }: TestDatabase,
  read: (tx: SystemWriter) => Promise<unknown>,
): Promise<Plan[]> => explain(system, [], query => read({ system: true, query }))

/** Each step has read so many rows at most, and found them by an index. */
export function assertBounded(plans: readonly Plan[], most: number): void {
  const read = plans.filter(plan => plan['Relation Name'] ?? plan['Index Name'])
  assert.ok(read.length > 0)
  for (const plan of read) {
    const rows = (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
    const step = `${plan['Node Type']} of ${plan['Relation Name']} (${plan['Index Name'] ?? ''})`
    assert.doesNotMatch(plan['Node Type'], /Seq Scan/, step)
    assert.ok(rows <= most, `${step} read ${rows} rows`)
  }
}
