import { openGraphile } from './graphile-queue.ts'
import { serveQueue } from './queue.ts'

serveQueue(({ address }) => openGraphile(address, { batched: true }))
