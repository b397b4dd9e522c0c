import { PgBoss } from 'pg-boss'
import type { Queue } from './queue.ts'

const QUEUE = 'bench'
const CHUNK = 5_000
/** The shortest that it takes. */
const POLL_SECONDS = 0.5

interface Use {
  /** Workers listen for new jobs. */
  readonly notify?: boolean
  /** Jobs are taken and completed one by one, as by default. */
  readonly single?: boolean
}

/** pg-boss with direct access to its database. */
export async function openPgBoss(address: string, { notify = false, single = false }: Use): Promise<Queue> {
  const boss = new PgBoss({ connectionString: address, useListenNotify: notify })
  boss.on('error', () => {})
  await boss.start()
  await boss.createQueue(QUEUE, { notify })
  return {
    async fill(count) {
      for (let left = count; left > 0; left -= CHUNK) {
        const jobs = Array.from({ length: Math.min(left, CHUNK) }, () => ({ data: { prompt: 'do it' } }))
        await boss.insert(QUEUE, jobs)
      }
    },
    // Its own loop waits between two batches: this is the fastest way through it.
    async drain(batch) {
      for (let done = 0; ; ) {
        const jobs = await boss.fetch(QUEUE, { batchSize: single ? 1 : batch })
        if (jobs.length === 0) return done
        await boss.complete(
          QUEUE,
          jobs.map(({ id }) => id),
        )
        done += jobs.length
      }
    },
    send: async moment => void (await boss.send(QUEUE, { moment })),
    async listen(began) {
      await boss.work<{ moment: number }>(QUEUE, { pollingIntervalSeconds: POLL_SECONDS }, jobs => {
        for (const { data } of jobs) began(data.moment)
        return Promise.resolve()
      })
    },
    [Symbol.asyncDispose]: () => boss.stop({ graceful: false }),
  }
}
