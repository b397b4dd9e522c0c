import { once } from 'node:events'
import { Queue as BullQueue, Worker } from 'bullmq'
import { serveQueue } from './queue.ts'

const QUEUE = 'codetether-bench'
const CHUNK = 5_000

interface Data {
  readonly moment?: number
}

/** BullMQ on a Redis, which keeps nothing on disk. The name of its keys is the directory's: nobody else uses them. */
serveQueue(({ address, directory }) => {
  const options = { connection: { url: address, maxRetriesPerRequest: null }, prefix: directory }
  const queue = new BullQueue<Data>(QUEUE, { ...options, defaultJobOptions: { removeOnComplete: true } })
  const workers: Worker<Data>[] = []
  let isMine = false
  return Promise.resolve({
    async fill(count) {
      isMine = true
      for (let left = count; left > 0; left -= CHUNK)
        await queue.addBulk(Array.from({ length: Math.min(left, CHUNK) }, () => ({ name: 'job', data: {} })))
    },
    async drain(batch) {
      let done = 0
      const count = () => {
        done += 1
        return Promise.resolve()
      }
      const worker = new Worker<Data>(QUEUE, count, { ...options, concurrency: batch })
      await once(worker, 'drained')
      await worker.close()
      return done
    },
    async send(moment) {
      isMine = true
      await queue.add('job', { moment })
    },
    async listen(began) {
      const worker = new Worker<Data>(QUEUE, ({ data }) => Promise.resolve(began(data.moment ?? 0)), options)
      workers.push(worker)
      await worker.waitUntilReady()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map(worker => worker.close()))
      if (isMine) await queue.obliterate({ force: true })
      await queue.close()
    },
  })
})
