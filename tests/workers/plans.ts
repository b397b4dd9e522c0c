import assert from 'node:assert/strict'
import { withConnection } from '@codetether/server/db/connect'
import { createTenantSigner } from '@codetether/server/db/tenant-context'
import type { Writer } from '@codetether/server/store/store'
import { defaultTenantId } from '@codetether/server/tenants'
import type { TestDatabase } from '@codetether/testing/test-database'

export interface Plan {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  /** Of each loop. */
  'Rows Removed by Filter'?: number
  'Rows Removed by Join Filter'?: number
  'Relation Name'?: string
  Plans?: Plan[]
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

/** Runs as the server does, and tells how: with the tenant set, row-level security on, and what each step has read. */
export async function plansOf(
  { app, secret }: Pick<TestDatabase, 'app' | 'secret'>,
  read: (tx: Writer) => Promise<unknown>,
): Promise<Plan[]> {
  return withConnection(app, async client => {
    await client.query('begin')
    await client.query(`select set_config('codetether.tenant_context', $1, true)`, [
      createTenantSigner(secret).sign(defaultTenantId),
    ])
    const plans: Plan[] = []
    let last = Promise.resolve()
    const explain = async (text: string, values: readonly unknown[]) => {
      const { rows } = await client.query(`explain (analyze, format json) ${text}`, [...values])
      plans.push(...nodes(rows[0]['QUERY PLAN'][0].Plan))
    }
    await read({
      writes: true,
      async query({ text }, values) {
        last = last.then(() => explain(text, values))
        await last
        return []
      },
    })
    await client.query('rollback')
    return plans
  })
}

/** Of each table at most so many rows are read, by an index. */
export function assertBounded(plans: readonly Plan[], most: number): void {
  const read = plans.filter(plan => plan['Relation Name'])
  assert.ok(read.length > 0)
  for (const plan of read) {
    assert.doesNotMatch(plan['Node Type'], /Seq Scan|Bitmap/)
    assert.ok(
      plan['Actual Rows'] * plan['Actual Loops'] <= most,
      `${plan['Node Type']} read ${plan['Actual Rows']} rows`,
    )
  }
}
