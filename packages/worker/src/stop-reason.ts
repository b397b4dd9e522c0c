/** Why a run is ended from outside. */
export type StopKind = 'canceled' | 'lost' | 'time limit' | 'drain'

/** The reason with which the signal of a run is aborted. */
export class Stopped extends Error {
  override name = 'Stopped'
  readonly kind: StopKind

  constructor(kind: StopKind, message: string) {
    super(message)
    this.kind = kind
  }
}
