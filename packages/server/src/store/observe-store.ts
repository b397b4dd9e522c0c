import type { Connections, PoolClient } from '../db/pool.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Tracer } from '../trace/tracer.ts'
import type { Store } from './store.ts'

type Kind = keyof Store

const optionsOf = (kind: Kind) => ({
  kind: 'client' as const,
  attributes: { 'db.system.name': 'postgresql', 'db.operation.name': kind },
})
const options = {
  read: optionsOf('read'),
  write: optionsOf('write'),
  transact: optionsOf('transact'),
  system: optionsOf('system'),
}

/** The store with its transactions timed and traced. */
export function observeStore(store: Store, { metrics, tracer }: { metrics: Metrics; tracer: Tracer }): Store {
  const observed = async <T>(kind: Kind, work: () => Promise<T>): Promise<T> => {
    const started = performance.now()
    let outcome = 'error'
    try {
      const result = await tracer.trace(`transaction ${kind}`, options[kind], work)
      outcome = 'ok'
      return result
    } finally {
      metrics.transactions.observe({ kind, outcome }, (performance.now() - started) / 1000)
    }
  }
  return {
    read: (tenantId, fn) => observed('read', () => store.read(tenantId, fn)),
    write: (tenantId, fn) => observed('write', () => store.write(tenantId, fn)),
    transact: (tenantId, fn) => observed('transact', () => store.transact(tenantId, fn)),
    system: fn => observed('system', () => store.system(fn)),
  }
}

/** The pool with the time that a transaction waits for its connection. */
export function observeWait(connections: Connections, pool: string, { poolWait }: Metrics): Connections {
  return {
    get waitingCount() {
      return connections.waitingCount
    },
    async connect(): Promise<PoolClient> {
      const started = performance.now()
      try {
        return await connections.connect()
      } finally {
        poolWait.observe({ pool }, (performance.now() - started) / 1000)
      }
    },
  }
}
