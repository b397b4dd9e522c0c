import { openPgBoss } from './pg-boss-queue.ts'
import { serveQueue } from './queue.ts'

serveQueue(({ address }) => openPgBoss(address, { notify: true }))
