import { RemoteError } from '@codetether/client/errors'
import { requestJson } from '@codetether/client/request-json'
import { workerOn } from '@codetether/worker/instance-lock'
import { readState } from '@codetether/worker/own-state'
import { z } from 'zod'
import { serverConnection } from '../agent-connection.ts'
import { chooseServerUrl } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import { HintedError, UsageError } from '../failure.ts'
import type { Io } from '../io.ts'
import { createOutput } from '../output.ts'
import { table } from '../table.ts'
import { type WorkerOptions, workerDataDir } from '../worker-options.ts'

const Worker = z.looseObject({
  worker_id: z.string(),
  name: z.string(),
  status: z.string(),
  online: z.boolean(),
  running_tasks: z.number(),
  shared: z.boolean(),
  last_seen: z.string(),
})
const ownOnly = 'only whoever has registered it; A2A_WORKER_GRANTS of the server may say more'
const hiddenHint = 'a worker that serves only whoever has registered it is not shown to others: is the token theirs?'

const Tasks = z.looseObject({
  tasks: z.array(z.looseObject({ id: z.string(), title: z.string(), started_at: z.string().nullable() })),
})

/** Prints what the server knows of a worker, and what it runs. Fails (1) if it is registered but not heard of. */
export const workerStatus = async (options: WorkerOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const dataDir = workerDataDir(options, io)
  const id = options.workerId ?? io.environment.worker.workerId ?? (await readState(dataDir))?.worker_id
  if (id === undefined)
    throw new UsageError(`no worker has ever run on ${dataDir}`, 'name another one with --worker-id')
  const [url, connection, { signal }] = [await chooseServerUrl(options, io), serverConnection(options, io), io]
  const query = new URLSearchParams({ worker_id: id, status: 'running' })
  const ask = <T>(path: string, schema: z.ZodType<T>) =>
    requestJson(connection, { url: `${url}/v1/agent/${path}`, schema }, { signal })
  const worker = await ask(`workers/${encodeURIComponent(id)}`, Worker).catch((error: unknown) => {
    throw error instanceof RemoteError && error.httpStatus === 404 ? new HintedError(error, hiddenHint) : error
  })
  const { tasks } = await ask(`tasks?${query}`, Tasks)
  const process = await workerOn(dataDir)
  const document = { server: url, worker, process, tasks }
  await output.result(document, () => {
    const facts = [
      ['worker', `${worker.worker_id} (${worker.name})`],
      ['server', url],
      ['status', worker.online ? worker.status : `${worker.status}, but not heard of since ${worker.last_seen}`],
      ['serves', worker.shared ? 'everybody' : ownOnly],
      ['process', process === null ? `none on ${dataDir}` : `${process} on ${dataDir}`],
      ['running', String(worker.running_tasks)],
    ].map(([name = '', value]) => `${name.padEnd(8)} ${value}`)
    const rows = tasks.map(task => [task.id, task.started_at ?? '', task.title])
    return [...facts, ...(rows.length > 0 ? table(['TASK', 'SINCE', 'TITLE'], rows, output.columns) : [])].join('\n')
  })
  return worker.online ? exitCodes.ok : exitCodes.failure
}
