import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, makeWorkerUtils, type Runner, run, runOnce, type TaskList, type WorkerUtils } from 'graphile-worker'
import { isFields, numberIn } from '../child/shape.ts'
import type { Queue } from './queue.ts'

const TASK = 'bench'
const CHUNK = 5_000
const LOOK_MS = 10
const silent = new Logger(() => () => {})

/** graphile-worker as it is set up by default, or with its local queue and batched completions. */
export async function openGraphile(address: string, { batched }: { batched: boolean }): Promise<Queue> {
  const base = { connectionString: address, logger: silent, noHandleSignals: true }
  const utils = await makeWorkerUtils({ connectionString: address, logger: silent })
  await utils.migrate()
  let runner: Runner | null = null
  return {
    async fill(count) {
      for (let left = count; left > 0; left -= CHUNK) {
        const jobs = Array.from({ length: Math.min(left, CHUNK) }, () => ({
          identifier: TASK,
          payload: { prompt: 'do it' },
        }))
        await utils.addJobs(jobs)
      }
    },
    async drain(batch) {
      let done = 0
      const count = () => {
        done += 1
      }
      const taskList: TaskList = { [TASK]: count }
      if (batched) await drainBatched(address, { taskList, utils, batch })
      else await runOnce({ ...base, taskList })
      return done
    },
    send: async moment => void (await utils.addJob(TASK, { moment })),
    async listen(began) {
      const begin = (payload: unknown) => {
        if (isFields(payload)) began(numberIn(payload, 'moment'))
      }
      runner = await run({ ...base, taskList: { [TASK]: begin } })
    },
    async [Symbol.asyncDispose]() {
      await runner?.stop()
      await utils.release()
    },
  }
}

/** Runs until no job is left: with a local queue it knows no end of its own. */
async function drainBatched(
  connectionString: string,
  { taskList, utils, batch }: { taskList: TaskList; utils: WorkerUtils; batch: number },
): Promise<void> {
  const worker = { connectionString, concurrentJobs: batch, localQueue: { size: 2 * batch }, completeJobBatchDelay: 0 }
  const runner = await run({ preset: { worker: { ...worker, logger: silent } }, taskList, noHandleSignals: true })
  const isEmpty = () =>
    utils.withPgClient(async client => {
      const { rows } = await client.query('SELECT FROM graphile_worker.jobs LIMIT 1')
      return rows.length === 0
    })
  while (!(await isEmpty())) await sleep(LOOK_MS)
  await runner.stop()
}
