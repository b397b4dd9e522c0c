import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import { Generator } from '../load/generator.ts'
import { countCompletedTasks } from '../postgres.ts'
import { median } from '../statistics.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import { Arena, type Peer } from './arena.ts'
import { CONNECTIONS, type Entry, playRounds, warmUp } from './measure.ts'
import { sendFigures } from './send-figures.ts'

export const send: Benchmark = {
  name: 'send',
  description: `message/send to the echo agent over ${CONNECTIONS} connections, beside the official SDK's server`,
  defaults: { rounds: 5, seconds: 3 },
  run,
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const [oursDatabase, sdkDatabase] = [await arena.database('ours'), await arena.database('sdk')]
  const generator = stack.use(new Generator(run.signal))
  const enter = async (name: string, peer: Peer, database: string | null): Promise<Entry> => {
    const contestant = await arena.start({ name, peer, database, agent: 'echo' })
    const { url } = contestant
    return await warmUp(run, { name, contestant, database, url, workload: { kind: 'send' } }, generator)
  }
  const ours = await enter('ours', 'ours', oursDatabase)
  await arena.checkRoles(oursDatabase)
  const memory = await enter('SDK in memory', 'sdk-memory', null)
  const postgres = await enter('SDK on PostgreSQL', 'sdk-postgres', sdkDatabase)

  const entries = [ours, memory, postgres]
  const before = await machineTime()
  await playRounds(run, { entries }, generator, arena)
  const idle = idleBetween(before, await machineTime())
  requireKept(ours, await countCompletedTasks(oursDatabase, 'ours'))
  requireKept(postgres, await countCompletedTasks(sdkDatabase, 'sdk'))
  return {
    figures: sendFigures(ours, memory, postgres),
    notes: [
      `machine idle during the rounds: ${idle.toFixed(0)} %`,
      `load generator: ${entries.map(shareNote).join(', ')} of one processor`,
      arena.note(),
      `every answer checked, none wrong: ${entries.map(countNote).join(', ')}`,
    ],
  }
}

/** An answer promises a task that is kept: each must be found in the database, finished. */
function requireKept({ contestant, completed }: Entry, kept: number): void {
  if (kept === completed) return
  throw new Error(`${contestant.name}: ${completed} answers, but ${kept} completed tasks in its database`)
}

function shareNote({ contestant, rounds }: Entry): string {
  return `${median(rounds.map(round => round.generatorShare)).toFixed(0)} % (${contestant.name})`
}

function countNote({ contestant, completed }: Entry): string {
  return `${completed} ${contestant.name}`
}
