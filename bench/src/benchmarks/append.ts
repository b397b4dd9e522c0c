import { randomUUID } from 'node:crypto'
import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import { Generator } from '../load/generator.ts'
import type { Contestant } from '../peers/contestant.ts'
import { countCompletedTasks, settle, writtenLog } from '../postgres.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import { appendFigures, CHUNKS, type Entry, PEER_CHUNKS, WINDOW, type Window } from './append-figures.ts'
import { Arena } from './arena.ts'

export const append: Benchmark = {
  name: 'append',
  description: `one artifact of ${CHUNKS} chunks: what a chunk costs at its end, beside its beginning and the official SDK`,
  defaults: { rounds: 3, seconds: 1 },
  extraSeconds: 600,
  run,
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const generator = stack.use(new Generator(run.signal))
  const enter = async (name: string, schema: 'ours' | 'sdk', chunks: number): Promise<Entry> => {
    const database = await arena.database(schema)
    const peer = schema === 'ours' ? schema : 'sdk-postgres'
    const contestant = await arena.start({ name, peer, database, agent: 'script' })
    const entry = { contestant, database, schema, chunks, rounds: [] }
    run.log(`warm-up: ${name}`)
    await appendChunks({ arena, generator, contestant, chunks: PEER_CHUNKS / 2 })
    return entry
  }
  const ours = await enter('ours', 'ours', CHUNKS)
  await arena.checkRoles(ours.database)
  const peer = await enter('SDK on PostgreSQL', 'sdk', PEER_CHUNKS)

  const entries = [ours, peer]
  const before = await machineTime()
  for (let round = 0; round < run.options.rounds; round++) {
    for (const { contestant, chunks, rounds } of round % 2 === 0 ? entries : entries.toReversed()) {
      for (const { database } of entries) await settle(database)
      const windows = await appendChunks({ arena, generator, contestant, chunks })
      rounds.push(windows)
      run.log(`round ${round + 1} of ${run.options.rounds}: ${contestant.name}: ${summary(windows)}`)
    }
  }
  const idle = idleBetween(before, await machineTime())
  for (const entry of entries) await requireKept(entry)
  return {
    figures: appendFigures(ours, peer),
    notes: [
      `machine idle during the rounds: ${idle.toFixed(0)} %`,
      arena.note(),
      `a chunk counts when the caller's stream has shown it; every chunk checked, none wrong or out of order`,
    ],
  }
}

interface Play {
  readonly arena: Arena
  readonly generator: Generator
  readonly contestant: Contestant
  readonly chunks: number
}

/** One task, with its caller's stream open, whose artifact grows window by window. */
async function appendChunks({ arena, generator, contestant, chunks }: Play): Promise<Window[]> {
  const message = randomUUID()
  await generator.hold({ url: contestant.url, count: 1, message, tokens: [] })
  const windows: Window[] = []
  for (let end = WINDOW; end <= chunks; end += WINDOW) {
    const [cpu, log, started] = [
      await arena.cpu(contestant),
      await writtenLog(arena.instance.address),
      performance.now(),
    ]
    await contestant.order(message, WINDOW)
    await generator.reach(end)
    const milliseconds = performance.now() - started
    const [cpuAfter, logAfter] = [await arena.cpu(contestant), await writtenLog(arena.instance.address)]
    windows.push({
      end,
      milliseconds: milliseconds / WINDOW,
      logBytes: (logAfter - log) / WINDOW,
      serverMs: (cpuAfter.server - cpu.server) / WINDOW,
      databaseMs: (cpuAfter.database - cpu.database) / WINDOW,
    })
  }
  await contestant.order(message, 0)
  await generator.finish(chunks)
  return windows
}

/** One task for each round and one for the warm-up. */
async function requireKept({ contestant, database, schema, rounds }: Entry): Promise<void> {
  const kept = await countCompletedTasks(database, schema)
  if (kept !== rounds.length + 1) throw new Error(`${contestant.name}: ${kept} completed tasks in its database`)
}

function summary(windows: readonly Window[]): string {
  const last = windows.at(-1)
  if (last === undefined) return 'nothing'
  return `${last.milliseconds.toFixed(2)} ms and ${(last.logBytes / 1_000).toFixed(1)} KB of log per chunk at ${last.end}`
}
