import { createWorkerAuthenticator } from '@codetether/server/auth/authenticate-worker'
import { loadConfig } from '@codetether/server/config/load-config'
import { createLogger } from '@codetether/server/logger'
import { openContext } from '@codetether/server/open-context'
import { claimNow } from '@codetether/server/operations/work/claim'
import { takeReports } from '@codetether/server/operations/work/report'
import { workerOf } from '@codetether/server/operations/work/worker-of'
import { serveQueue } from './queue.ts'

/** The queue beneath the HTTP API: claims and reports as the server makes them, with roles, row security, fences and log. */
serveQueue(async ({ address, secret, directory }) => {
  const [masterSecret = '', token = ''] = secret.split(' ')
  const { config } = loadConfig({
    ...{
      CODETETHER_DATA_DIR: directory,
      CODETETHER_SECRET_KEY: masterSecret,
      DATABASE_URL: address,
      A2A_LOG_LEVEL: 'error',
    },
  })
  const stopping = new AbortController()
  const ctx = await openContext({ config, log: createLogger(config.log), stopping: stopping.signal })
  const worker = workerOf(await createWorkerAuthenticator(ctx)(token))
  return {
    async drain(batch) {
      for (let done = 0; ; ) {
        const tasks = await claimNow(ctx, worker, { room: batch })
        if (tasks.length === 0) return done
        const results = await takeReports(ctx, worker, tasks.map(reportOf))
        if (!results.every(({ ok }) => ok)) throw new Error('a report was refused')
        done += tasks.length
      }
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await ctx[Symbol.asyncDispose]()
    },
  }
})

const reportOf = ({ taskId, attempt, token }: { taskId: string; attempt: number; token: string }) => ({
  ...{ task_id: taskId, attempt, lease_token: token, worker_seq: 1, output: [] },
  finish: { status: 'completed' as const, retry: false },
})
