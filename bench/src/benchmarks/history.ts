import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import type { LoadResult } from '../load/generate.ts'
import { Generator } from '../load/generator.ts'
import type { Workload } from '../load/workload.ts'
import { countCompletedTasks, settle } from '../postgres.ts'
import { copyTask } from '../seed.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import { Arena, type CpuTimes } from './arena.ts'
import { type Entry, HEAP_TASKS, heapFigure, historyFigures, type Kind, LISTS } from './history-figures.ts'

const HISTORY = 500_000
/** So many that a page of the listing is full: an empty page is no match for a full one. */
const FEW = 100
const CONNECTIONS = 32
const WARM_UP_SECONDS = 2
const SETTLE_MS = 300

export const history: Benchmark = {
  name: 'history',
  description: `message/send and the listings with ${HISTORY} finished tasks, beside the same server with ${FEW}`,
  defaults: { rounds: 5, seconds: 3 },
  extraSeconds: 600,
  run,
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const generator = stack.use(new Generator(run.signal))
  const enter = async (name: string, purpose: string, tasks: number): Promise<Entry> => {
    const database = await arena.database('ours', purpose)
    const contestant = await arena.start({ name, peer: 'ours', database, agent: 'echo' })
    await sendOne(contestant.url, run.signal)
    await arena.checkRoles(database)
    run.log(`${name}: adding tasks`)
    await copyTask(database, tasks, run.signal)
    return { contestant, database, tasks, rounds: new Map() }
  }
  const full = await enter(`ours with ${HISTORY} tasks`, 'full', HISTORY)
  const empty = await enter(`ours with ${FEW} tasks`, 'few', FEW)

  const before = await machineTime()
  const entries = [full, empty]
  // The listings first: afterwards the emptier one has grown by what was sent.
  for (const kind of [...LISTS, 'send'] as const) await playRounds(run, { arena, generator, entries, kind })
  const heap = await followHeap(run, full, generator)
  const idle = idleBetween(before, await machineTime())
  for (const entry of entries) await requireKept(entry)
  return {
    figures: [...historyFigures(full, empty), heapFigure(heap)],
    notes: [
      `machine idle during the rounds: ${idle.toFixed(0)} %`,
      arena.note(),
      `every total and page checked, none wrong; at the end ${entries.map(countNote).join(', ')}`,
    ],
  }
}

interface Play {
  readonly arena: Arena
  readonly generator: Generator
  readonly entries: readonly Entry[]
  readonly kind: Kind
}

async function playRounds(run: Run, { arena, generator, entries, kind }: Play): Promise<void> {
  for (const entry of entries) await load(entry, generator, { kind, seconds: WARM_UP_SECONDS })
  const { rounds, seconds } = run.options
  for (let round = 0; round < rounds; round++) {
    for (const entry of round % 2 === 0 ? entries : entries.toReversed()) {
      for (const { database } of entries) await settle(database)
      await sleep(SETTLE_MS, undefined, { signal: run.signal })
      const before = await arena.cpu(entry.contestant)
      const result = await load(entry, generator, { kind, seconds })
      const after = await arena.cpu(entry.contestant)
      const cpu = {
        server: (after.server - before.server) / result.completed,
        database: (after.database - before.database) / result.completed,
      }
      entry.rounds.set(kind, [...(entry.rounds.get(kind) ?? []), { load: result, cpu }])
      run.log(`${kind}, round ${round + 1} of ${rounds}: ${entry.contestant.name}: ${summary(result, cpu)}`)
    }
  }
}

/** One caller lists, many send. Any wrong answer ends the run. */
async function load(
  entry: Entry,
  generator: Generator,
  { kind, seconds }: { kind: Kind; seconds: number },
): Promise<LoadResult> {
  const workload: Workload = kind === 'send' ? { kind } : { kind, total: entry.tasks }
  const connections = kind === 'send' ? CONNECTIONS : 1
  const { url, name } = entry.contestant
  const result = await generator.load({ url, connections, seconds, workload })
  if (result.errors > 0)
    throw new Error(`${name}: ${result.errors} wrong answers, the first: ${result.firstError ?? ''}`)
  if (result.completed === 0) throw new Error(`${name}: no answer`)
  if (kind === 'send') entry.tasks += result.completed
  return result
}

/** The heap after collections while tasks come and go: a point is the number of tasks and the bytes. */
async function followHeap(run: Run, entry: Entry, generator: Generator): Promise<[number, number][]> {
  const points: [number, number][] = []
  for (const end = entry.tasks + HEAP_TASKS; entry.tasks < end; ) {
    await load(entry, generator, { kind: 'send', seconds: 1 })
    const { heap } = await entry.contestant.memory()
    points.push([entry.tasks, heap])
    run.log(`heap: ${(heap / 1e6).toFixed(2)} MB with ${entry.tasks} tasks`)
  }
  return points
}

/** The task that the others are copies of. */
async function sendOne(url: string, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify({
    ...{ jsonrpc: '2.0', id: 1, method: 'message/send' },
    params: {
      message: { kind: 'message', role: 'user', messageId: randomUUID(), parts: [{ kind: 'text', text: 'hello' }] },
    },
  })
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' }, signal })
  if (!(await response.text()).includes('"completed"')) throw new Error('the first task is not completed')
}

async function requireKept({ contestant, database, tasks }: Entry): Promise<void> {
  const kept = await countCompletedTasks(database, 'ours')
  if (kept !== tasks) throw new Error(`${contestant.name}: ${tasks} tasks expected, ${kept} in its database`)
}

const countNote = ({ contestant, tasks }: Entry): string => `${tasks} tasks in ${contestant.name}`

const summary = ({ perSecond, p50, p99 }: LoadResult, { server, database }: CpuTimes): string =>
  `${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ` +
  `CPU ${server.toFixed(3)} ms server, ${database.toFixed(3)} ms database`
