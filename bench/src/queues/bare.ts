import { Client } from 'pg'
import { serveQueue } from './queue.ts'

const table = `
  CREATE TABLE IF NOT EXISTS jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state text NOT NULL DEFAULT 'submitted', payload jsonb NOT NULL, lease_until timestamptz);
  CREATE INDEX IF NOT EXISTS jobs_ready ON jobs (id) WHERE state = 'submitted'`

const claim = `
  UPDATE jobs SET state = 'working', lease_until = now() + interval '60 s'
   WHERE id IN (SELECT id FROM jobs WHERE state = 'submitted' ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING id, payload`

/** The least that a durable queue can be: one table, no owner, no history. */
serveQueue(async ({ address }) => {
  const client = new Client({ connectionString: address })
  await client.connect()
  return {
    async fill(count) {
      await client.query(table)
      await client.query(`INSERT INTO jobs (payload) SELECT '{"prompt": "do it"}' FROM generate_series(1, $1)`, [count])
    },
    async drain(batch) {
      for (let done = 0; ; ) {
        const { rows } = await client.query<{ id: string }>({ name: 'claim', text: claim, values: [batch] })
        if (rows.length === 0) return done
        const text = `UPDATE jobs SET state = 'completed', lease_until = NULL WHERE id = ANY ($1)`
        await client.query({ name: 'complete', text, values: [rows.map(({ id }) => id)] })
        done += rows.length
      }
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
})
