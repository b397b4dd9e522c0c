/** Who carries out what is meant for workers, in listings, counters and A2A. */
export const workerAgentName = 'Worker'
