/** What can happen to a run of an agent of `agents.ts`. */
export type Moment = 'began' | 'waits' | 'is told to stop' | 'is refused' | 'is done' | 'ended'

/** What an agent in a replica tells the test. */
export interface Report {
  kind: 'report'
  moment: Moment
  taskId: string
  contextId: string
  attempt: number
  /** Of the message that the run is about. */
  text: string
  /** On a clock that all replicas share. Milliseconds. */
  at: number
}

/** Sent once, when the replica answers. */
export interface Ready {
  kind: 'ready'
  url: string
  /** Absent: it is of a release that has no gRPC. */
  grpcPort?: number | null
}
