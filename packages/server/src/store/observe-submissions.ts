import type { Metrics } from '../metrics/metrics.ts'
import type { Tracer } from '../trace/tracer.ts'
import type { Store } from './store.ts'
import { createSubmissions, type Submissions } from './submissions.ts'

/**
 * Group commit with its groups and tasks counted. In a trace a submission's time is a span of its request; the
 * transaction of its group stands in the trace of the request that came first.
 */
export function observeSubmissions(
  store: Store,
  { metrics, tracer }: { metrics: Metrics; tracer: Tracer },
): Submissions {
  const submissions = createSubmissions({
    ...store,
    write(tenantId, fn) {
      metrics.groups.add({})
      return store.write(tenantId, fn)
    },
  })
  return {
    add(tenantId, submission) {
      metrics.groupTasks.add({})
      return tracer.trace('group commit', {}, () => submissions.add(tenantId, submission))
    },
  }
}
