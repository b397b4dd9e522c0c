import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Benchmark, Outcome, Run } from '../benchmark.ts'
import { openInstance } from '../instance.ts'
import { Generator } from '../load/generator.ts'
import { startContestant } from '../peers/contestant.ts'
import { migrateOurs, migrateSdk } from '../peers/schemas.ts'
import {
  countCompletedTasks,
  createDatabase,
  dropDatabase,
  inDatabase,
  requireDurability,
  requireForcedRowSecurity,
  requirePlainRoles,
} from '../postgres.ts'
import { median } from '../statistics.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import { CONNECTIONS, type Entry, playRounds, warmUp } from './measure.ts'
import { sendFigures } from './send-figures.ts'

const SECRET_BYTES = 32

export const send: Benchmark = {
  name: 'send',
  description: `message/send to the echo agent over ${CONNECTIONS} connections, beside the official SDK's server`,
  defaults: { rounds: 5, seconds: 3 },
  run,
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const instance = await openInstance(run, stack)
  await requireDurability(instance.address)
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const [oursDatabase, sdkDatabase] = await databases(run, instance.address, secret, stack)

  const generator = stack.use(new Generator(run.signal))
  const enter = async (name: string, file: string, database: string | null): Promise<Entry> => {
    const settings = { database, directory: join(run.directory, file), secret }
    const module = new URL(`../peers/${file}.ts`, import.meta.url)
    const contestant = stack.use(await startContestant(name, module, settings, run.signal))
    return await warmUp(run, contestant, database, generator)
  }
  const ours = await enter('ours', 'ours', oursDatabase)
  await requireForcedRowSecurity(oursDatabase)
  const roles = await requirePlainRoles(oursDatabase)
  const memory = await enter('SDK in memory', 'sdk-memory', null)
  const postgres = await enter('SDK on PostgreSQL', 'sdk-postgres', sdkDatabase)

  const entries = [ours, memory, postgres]
  const before = await machineTime()
  await playRounds(run, entries, generator, instance)
  const idle = idleBetween(before, await machineTime())
  requireKept(ours, await countCompletedTasks(oursDatabase, 'ours'))
  requireKept(postgres, await countCompletedTasks(sdkDatabase, 'sdk'))
  return {
    figures: sendFigures(ours, memory, postgres),
    notes: [
      `machine idle during the rounds: ${idle.toFixed(0)} %`,
      `load generator: ${entries.map(shareNote).join(', ')} of one processor`,
      `PostgreSQL: fsync, synchronous_commit and full_page_writes on; row security forced, connected as ${roles.join(', ')}`,
      `every answer checked, none wrong: ${entries.map(countNote).join(', ')}`,
    ],
  }
}

/** A database for each that keeps something, in the same instance, made by its own tool and dropped at the end. */
async function databases(run: Run, admin: string, secret: string, stack: AsyncDisposableStack) {
  const suffix = randomBytes(4).toString('hex')
  const [ours, sdk] = [`bench_ours_${suffix}`, `bench_sdk_${suffix}`]
  for (const name of [ours, sdk]) stack.defer(() => dropDatabase(admin, name))
  await migrateOurs(admin, ours, secret)
  await createDatabase(admin, sdk)
  await migrateSdk(inDatabase(admin, sdk), run.signal)
  return [inDatabase(admin, ours), inDatabase(admin, sdk)] as const
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
