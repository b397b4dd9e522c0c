/** Whether hints reach the other replicas now, and by what. */
export interface CarrierState {
  readonly kind: 'postgresql' | 'redis' | 'nats'
  isUp(): boolean
}

/** Takes messages to the other replicas on the same database. */
export interface Carrier extends CarrierState {
  /** @returns whether the message is out; one that cannot go at once is dropped. */
  publish(message: string): Promise<boolean>
}
