/** Where the HTTP+JSON binding of A2A begins. The card names it, and the door is there. */
export const restBase = '/a2a/rest'

/** Where that of one agent does, below its own address. */
export const agentRestBase = '/rest'
