import { Client } from 'pg'

/** Tasks that one statement adds. */
const BATCH = 25_000
/** Between two tasks: half a million of them are half a day. */
const STEP_MS = 100

/** Values by column, by table. */
type Values = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What differs between two tasks that were asked the same; the rest of a row is copied. */
const overrides: Values = {
  tasks: { id: 'f.id', context_id: 'f.context', status_at: 'f.at', created_at: 'f.at', updated_at: 'f.at' },
  task_events: { task_id: 'f.id', at: 'f.at' },
  task_messages: { task_id: 'f.id' },
  task_artifacts: { task_id: 'f.id' },
  task_requests: { task_id: 'f.id', message_id: 'f.message', created_at: 'f.at' },
  task_work: { task_id: 'f.id' },
}

/**
 * Fills a database up to so many tasks with copies of the one task it holds, in the order in which the server would have
 * stored them, each with an id, context, message id and time of its own. Copied, the rows are what the engine writes.
 */
export async function copyTask(address: string, count: number, signal: AbortSignal): Promise<void> {
  await connected(address, async client => {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM tasks')
    const [original, ...others] = rows
    if (original === undefined || others.length > 0) throw new Error(`${rows.length} tasks to copy from, not one`)
    await insertCopies(client, { original: original.id, count: count - 1, changes: {} }, signal)
  })
}

/** Adds copies of a task that waits for its time, which wait for a worker instead. */
export async function copyWaitingTask(
  address: string,
  { original, count }: { original: string; count: number },
  signal: AbortSignal,
): Promise<void> {
  const changes = { tasks: { lease_until: 'NULL' } }
  await connected(address, client => insertCopies(client, { original, count, changes }, signal))
}

async function connected(address: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: address, application_name: 'bench' })
  await client.connect()
  try {
    await use(client)
    await client.query('VACUUM (ANALYZE)')
  } finally {
    await client.end()
  }
}

async function insertCopies(
  client: Client,
  { original, count, changes }: { original: string; count: number; changes: Values },
  signal: AbortSignal,
): Promise<void> {
  const inserts: string[] = []
  for (const table of Object.keys(overrides)) inserts.push(await insertOf(client, table, changes[table]))
  for (let from = 1; from <= count; from += BATCH) {
    signal.throwIfAborted()
    await client.query(freshTasks(from, Math.min(from + BATCH - 1, count), count))
    for (const insert of inserts) await client.query(insert, [original])
    await client.query('DROP TABLE fresh')
  }
}

/** Numbers and ids of new tasks. The ids are of version 7: their time orders them, and finds their partition. */
const freshTasks = (from: number, to: number, count: number): string => `
  CREATE TEMPORARY TABLE fresh AS
  SELECT ${uuidAt('f.at')} AS id, ${uuidAt('f.at')}::text AS context, gen_random_uuid()::text AS message, f.at
    FROM (SELECT now() - make_interval(secs => (${count} - n + 1) * ${STEP_MS / 1_000}) AS at
            FROM generate_series(${from}, ${to}) AS n) f`

const uuidAt = (moment: string): string => {
  const hex = `lpad(to_hex((extract(epoch from ${moment}) * 1000)::bigint), 12, '0')`
  return `(substr(${hex}, 1, 8) || '-' || substr(${hex}, 9) || '-7' || substr(gen_random_uuid()::text, 16))::uuid`
}

async function insertOf(client: Client, table: string, changes: Values[string] = {}): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(attname) AS name FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [table],
  )
  const names = rows.map(({ name }) => name)
  const values = names.map(name => changes[name] ?? overrides[table]?.[name] ?? `o.${name}`)
  const id = table === 'tasks' ? 'id' : 'task_id'
  return `INSERT INTO ${table} (${names.join(', ')})
    SELECT ${values.join(', ')} FROM fresh f, ${table} o WHERE o.${id} = $1 ORDER BY f.id`
}
