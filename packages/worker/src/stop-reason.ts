/** Why a run is ended from outside. With `drain` and `now` the worker stops, which is no fault of the task: it goes back. */
export type StopKind = 'canceled' | 'lost' | 'time limit' | 'drain' | 'now'

/** The reason with which the signal of a run is aborted. */
export class Stopped extends Error {
  override name = 'Stopped'
  readonly kind: StopKind

  constructor(kind: StopKind, message: string) {
    super(message)
    this.kind = kind
  }

  get isOfWorker(): boolean {
    return this.kind === 'drain' || this.kind === 'now'
  }
}
