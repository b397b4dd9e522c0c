import type { TaskEvent } from '@codetether/protocol/task-event'
import { openPool } from '@codetether/server/db/pool'
import { createTenantSigner } from '@codetether/server/db/tenant-context'
import { newId } from '@codetether/server/ids'
import { createLogger } from '@codetether/server/logger'
import { planEvents } from '@codetether/server/operations/plan-events'
import { beginArchive, putChunk } from '@codetether/server/store/archives'
import { insertBlobs } from '@codetether/server/store/blobs'
import { takeCall } from '@codetether/server/store/call-slots'
import { putGitToken } from '@codetether/server/store/clones'
import { putCodebase } from '@codetether/server/store/codebases'
import { insertTasks, type NewTask, serializeTask } from '@codetether/server/store/insert-tasks'
import { obtainLane } from '@codetether/server/store/lanes'
import { setMemory } from '@codetether/server/store/memories'
import { type NewPushConfig, putPushConfig } from '@codetether/server/store/push-configs'
import { putSessionMessages } from '@codetether/server/store/session-messages'
import { statement } from '@codetether/server/store/statement'
import { createStore, type Store, type Writer } from '@codetether/server/store/store'
import { insertWork } from '@codetether/server/store/work'
import { putOwnedCodebases } from '@codetether/server/store/worker-codebases'
import { putWorker } from '@codetether/server/store/workers'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'

const log = createLogger({ level: 'silent', format: 'json' })

export interface TestStore extends AsyncDisposable {
  database: TestDatabase
  store: Store
  app: ReturnType<typeof openPool>
}

/** The store over the two logins, as the server opens it, on a database of its own unless one is given. */
export async function openTestStore({
  size = 5,
  given,
}: {
  size?: number
  given?: TestDatabase
} = {}): Promise<TestStore> {
  await using stack = new AsyncDisposableStack()
  const database = given ?? stack.use(await testDatabase())
  const app = openPool(database.app, { size, name: 'test', log })
  const system = openPool(database.system, { size: 2, name: 'test-system', log })
  stack.defer(async () => {
    await Promise.all([app.end(), system.end()])
  })
  const store = createStore({ app, system }, createTenantSigner(database.secret))
  const owned = stack.move()
  return { database, store, app, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const tenant = statement('insert into tenants (id, name) values ($1, $2)')

/** A tenant as an operator would make it. */
export async function addTenant(store: Store, name: string): Promise<string> {
  const id = newId()
  await store.system(tx => tx.query(tenant, [id, name]))
  return id
}

const words = (text: string) => [{ text }]

/** A task with an event of each kind, whose texts all contain `mark`. */
export function markedTask(mark: string, more: Partial<NewTask> = {}): NewTask {
  const events: TaskEvent[] = [
    { kind: 'created' },
    { kind: 'message', message: { messageId: mark, role: 'user', parts: words(mark) } },
    { kind: 'status', state: 'working', message: { messageId: newId(), role: 'agent', parts: words(mark) } },
    { kind: 'artifact', artifact: { artifactId: mark, parts: words(mark) }, append: false, lastChunk: true },
  ]
  return {
    id: newId(),
    principal: `principal of ${mark}`,
    contextId: mark,
    agent: mark,
    routing: mark,
    wireVersion: '0.3',
    metadata: { mark },
    request: { messageId: newId(), hash: '00' },
    lease: null,
    serialKey: null,
    queue: null,
    plan: planEvents(events, mark),
    ...more,
  }
}

const pushConfigOf = ({ id, principal, contextId, wireVersion }: NewTask): NewPushConfig => ({
  taskId: id,
  id: contextId,
  principal,
  wireVersion,
  url: `https://hooks.example.com/${contextId}`,
  authScheme: null,
  sealed: Buffer.from(contextId),
})

const letter = statement(`
  insert into push_dead_letters (tenant_id, task_id, config_id, seq, reason, attempts)
  select tenant_id, task_id, id, 1, id, 1 from push_configs where tenant_id = $1`)

const workOf = (mark: string) => ({
  title: mark,
  agentType: mark,
  codebaseId: null,
  routing: { mark },
  modelRef: null,
  sessionId: null,
  timeLimitSeconds: null,
  errand: null,
})

/** A worker with a codebase, and what tasks demand of it. */
async function addWorker(tx: Writer, tenantId: string, mark: string): Promise<void> {
  const worker = { tenantId, id: mark, principal: mark, name: mark, hostname: null, capabilities: [], agents: [] }
  const more = {
    definitions: [],
    modelRefs: [],
    models: [],
    roots: [],
    takesGlobal: true,
    servesAll: true,
    tokenHash: Buffer.from(mark),
  }
  const lane = { principal: mark, workerId: null, agentName: null, codebaseId: null, capabilities: [], modelRef: null }
  await Promise.all([
    putWorker(tx, { ...worker, ...more }, false),
    putOwnedCodebases(tx, { tenantId, workerId: mark, principal: mark, servesAll: true }, [
      { newId: newId(), id: null, name: mark, path: `/srv/${mark}` },
    ]),
    obtainLane(tx, tenantId, { ...lane, held: false }),
  ])
}

const noUsage = {
  cost: 0,
  inputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
}

/** A codebase with a session of one message. */
async function addSession(tx: Writer, tenantId: string, mark: string): Promise<void> {
  const codebaseId = newId()
  const place = { path: `/home/${mark}`, description: null, gitUrl: null, gitBranch: null }
  const told = { source: mark, workerId: mark, title: mark, directory: mark, projectId: mark, version: mark }
  const rest = { summary: mark, toldMessages: 1, createdAt: null, updatedAt: null }
  const by = { id: mark, role: 'user' as const, parentId: null, agent: mark, model: mark }
  const what = { error: mark, parts: words(mark), createdAt: null, completedAt: null }
  await Promise.all([
    putCodebase(tx, { tenantId, id: codebaseId, principal: mark, name: mark, ...place }),
    putSessionMessages(
      tx,
      { tenantId, codebaseId, id: mark },
      { about: { id: mark, ...told, ...rest }, messages: [{ ...by, ...noUsage, ...what }] },
    ),
  ])
}

/** What the remote of a clone wants to see, and an archive. */
async function addCopies(tx: Writer, tenantId: string, mark: string): Promise<void> {
  const codebaseId = newId()
  const archive = { tenantId, id: newId() }
  await Promise.all([
    putGitToken(tx, tenantId, codebaseId, Buffer.from(mark)),
    beginArchive(tx, { ...archive, codebaseId, principal: mark }),
    putChunk(tx, { ...archive, n: 0, content: Buffer.from(mark) }),
  ])
}

/** Rows of a tenant in every table that it has, written as the server writes them. */
export async function fillTenant(store: Store, tenantId: string, mark: string): Promise<void> {
  const owner = { tenantId, principal: mark, agent: mark }
  const task = markedTask(mark)
  await store.write(tenantId, async tx => {
    await Promise.all([
      insertTasks(tx, tenantId, [task, markedTask(mark)].map(serializeTask)),
      insertBlobs(tx, tenantId, [{ id: newId(), content: Buffer.from(mark), taskId: task.id }]),
      putPushConfig(tx, tenantId, pushConfigOf(task)),
      setMemory(tx, owner, { key: 'mark', value: mark, most: 10 }),
      insertWork(tx, tenantId, [{ ...workOf(mark), id: task.id }]),
      addWorker(tx, tenantId, mark),
      takeCall(tx, { tenantId, principal: mark }),
      addSession(tx, tenantId, mark),
      addCopies(tx, tenantId, mark),
    ])
  })
  await store.system(tx => tx.query(letter, [tenantId]))
}
