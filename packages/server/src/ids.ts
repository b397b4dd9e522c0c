import { uuidv7 } from 'uuidv7'

/** A UUIDv7: ids sort by their time, and the event log is partitioned by it. */
export const newId = (): string => uuidv7()
