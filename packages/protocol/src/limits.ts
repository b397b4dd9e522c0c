/** Every size, count and duration that the platform promises or enforces. Bytes, items or milliseconds, as the name says. */
export const limits = {
  bodyBytes: 4 * 1024 * 1024,
  jsonDepth: 64,
  /** Values in one body: what parses in milliseconds takes far longer to validate. */
  jsonValues: 200_000,
  /** A refused body is looked into for its id up to this size. */
  refusedBodyBytes: 64 * 1024,
  jsonKeysPerObject: 1_000,
  /** UTF-16 units of one text. */
  textChars: 1024 * 1024,
  /** UTF-8 bytes of a text that the agent Analysis reads. */
  analysisBytes: 1024 * 1024,
  /** Base64 characters of one inline file, of callers and agents: what a body of bytes can hold. JSON holds three quarters. */
  inlineFileChars: 4 * Math.ceil((4 * 1024 * 1024) / 3),
  /** An inline file of more characters is stored out of row, behind the blob interface. */
  inlineFileRowChars: 8 * 1024,
  idChars: 256,
  methodChars: 128,
  headersPerRequest: 256,
  partsPerMessage: 256,
  referenceTaskIds: 64,
  extensionsPerMessage: 64,
  historyLength: 1_000,
  pageSize: 100,
  pageSizeDefault: 50,
  /** A page of tasks ends early when its rows have about this many bytes. */
  pageBytes: 8 * 1024 * 1024,
  pageTokenChars: 512,
  streamsPerPrincipal: 1_000,
  streamHeartbeatMs: 15_000,
  /** Readers are woken by hints. What is left when one is lost: a look at all followed tasks at once, and one by one. */
  followedPollMs: 2_000,
  streamPollMs: 60_000,
  /** What a reader of a log holds at once: this many events, and of their stored bytes this many and one event more. */
  streamBatchEvents: 200,
  streamBatchBytes: 256 * 1024,
  blockingSendMs: 60_000,
  gracefulStopMs: 10_000,
  idempotencyKeyMs: 24 * 60 * 60 * 1000,
  /** Submissions that share one transaction at most. */
  tasksPerCommit: 64,
  /** And about as many characters of JSON, of which one submission may have more. */
  charsPerCommit: 4 * 1024 * 1024,
  /** How long a transaction waits for a connection, and how many may wait for those of a pool. */
  connectionWaitMs: 5_000,
  connectionWaiters: 5_000,
  /** Tasks that a process runs at once, unless configured. */
  runningTasks: 1_000,
  /** The default length of a lease. */
  leaseMs: 30_000,
  /** Waiting tasks are claimed when a hint says so; this poll is what is left when a hint is lost. */
  claimPollMs: 2_000,
  /** An event loop that does not turn for so long loses its leases. */
  blockedMs: 5 * 60_000,
  attemptsPerTask: 5,
  /** A request to somebody else's URL: to the end of its answer, and what of the answer is read. */
  outboundMs: 15_000,
  outboundCheckMs: 5_000,
  outboundBodyBytes: 64 * 1024,
  outboundHeaderBytes: 16 * 1024,
  webhookUrlChars: 2_048,
  webhookCredentialChars: 8_192,
  pushConfigsPerTask: 16,
  /** Configurations whose notifications a process sends at once; those of one principal are at most half of them. */
  pushSenders: 64,
  /** What one of them is sent before others have their turn. */
  pushesPerTurn: 32,
  /** A whole task as the body of a notification: what has more is told of without its artifacts and its conversation. */
  pushTaskBytes: 1024 * 1024,
  /** A sender that is not heard of loses its turn so long after the time that a request may take. */
  pushLeaseMs: 30_000,
  /** Cards whose signatures are kept: of the server and of each agent, under each of the server's names. */
  signedCards: 1_000,
  /** The card of another agent: its size, how many are kept, and for how long at most. */
  peerCardBytes: 1024 * 1024,
  peerCards: 100,
  peerCardMs: 60 * 60_000,
  /** How long a peer may take to hear that its work is not wanted any more. */
  peerCancelMs: 5_000,
  /** Hints wake the senders; this poll is what is left when one is lost. */
  pushPollMs: 2_000,
  /** Failures in a row of one host, and how long it is then left alone. */
  pushBreakerFailures: 5,
  pushBreakerMs: 30_000,
  /** The longest that a receiver can put a notification off. */
  pushRetryAfterSeconds: 24 * 60 * 60,
  /** Capabilities or names of a worker, and what a task may ask of it. */
  labels: 64,
  /** Files that a task names. */
  filesPerTask: 256,
  modelsPerWorker: 500,
  /** Models of all workers in one answer, and workers that are named for each of them. */
  modelsListed: 1_000,
  workersPerModel: 20,
  /** All of them as JSON: a page of workers has those of each. */
  modelsChars: 128 * 1024,
  /** What a worker tells of one of its agents, in UTF-16 units. */
  agentDescriptionChars: 1_024,
  codebasesPerWorker: 200,
  rootsPerWorker: 32,
  /** Codebases that nobody has, of which a worker is told at once. */
  wantedAtOnce: 100,
  /** A packed tree: its default size at most, the pieces it is stored in, and how many of one caller are kept, those that are not finished too. */
  archiveBytes: 256 * 1024 * 1024,
  archiveChunkBytes: 1024 * 1024,
  archivesPerPrincipal: 100,
  /** What is unpacked of one: entries, and bytes of all files. */
  archiveEntries: 200_000,
  archiveUnpackedBytes: 4 * 1024 * 1024 * 1024,
  /** An archive that does not count any more is there so long for those who read it; so long may one take to arrive. */
  archiveKeptMs: 60 * 60_000,
  /** Between two pieces of one that arrives. */
  archivePauseMs: 30_000,
  /** How long a task that copies a codebase waits for a worker. */
  syncDeadlineSeconds: 24 * 60 * 60,
  pathChars: 4_096,
  /** UTF-8 bytes of a directory: an index holds no more. */
  pathBytes: 2_048,
  titleChars: 512,
  /** Combinations of what waiting tasks of a tenant demand of workers. */
  lanesPerTenant: 10_000,
  /** And of one of its callers, so that others have some left. */
  lanesPerPrincipal: 2_500,
  /** What a worker takes or reports at once. */
  claimedAtOnce: 100,
  reportsPerCall: 200,
  claimWaitSeconds: 60,
  /** Tasks that a principal may put in through the automation API in that time. */
  callsPerWindow: 60,
  callWindowMs: 60_000,
  /** Dead letters that are done over in one call. */
  redrivesPerCall: 100,
  /** What a heartbeat tells beside its progress: the end of a log, and the JSON of what runs the task. */
  logTailChars: 4_096,
  runnerMetadataChars: 4_096,
  /** A running task without a word for so many seconds is silent, unless the question says otherwise. */
  silentSeconds: 300,
  /** A worker whose stream was heard of within three heartbeats is connected, on whichever replica. */
  workerStreamMs: 45_000,
  /** Sweeps are told of at least so often, and late when nothing was told for three times that. */
  sweepToldMs: 5_000,
  /** A task as it is announced: its message and its metadata with so many bytes of JSON each, or the beginning of the text. */
  toldBytes: 16 * 1024,
  toldChars: 1_024,
  /** Streams and waiting claims of one worker: each looks for work every two seconds. */
  waitsPerWorker: 64,
  /** Output of one report: chunks, and the UTF-16 units of one of them. */
  outputChunks: 1_000,
  outputChunkChars: 64 * 1024,
  resultChars: 1024 * 1024,
  checkpointChars: 256 * 1024,
  /** The length of a worker's lease, and how often its attempts may come to nothing. */
  workLeaseMs: 60_000,
  workAttempts: 3,
  workAttemptsMost: 20,
  workPriority: 1_000,
  timeLimitSeconds: 604_800,
  /** A worker that is not heard of for so long counts as away. */
  workerAwayMs: 5 * 60_000,
  /** Revoked credentials of a worker are refused after this at the latest. */
  workerTokenCacheMs: 5_000,
  /** What is told of sessions in one call. */
  sessionsPerCall: 1_000,
  sessionMessagesPerCall: 1_000,
  /** A message of a session: its parts as JSON, and what its model has used. */
  sessionMessageChars: 1024 * 1024,
  partsPerSessionMessage: 4_096,
  tokensPerMessage: 1_000_000_000,
  costPerMessage: 1_000_000,
  sessionSummaryChars: 64 * 1024,
  /** Messages that a session says that it has. */
  sessionMessagesTold: 1_000_000_000,
  /** What a listing may leave out by number; behind that a page names the place where it begins. */
  offset: 10_000,
  memoryKeyChars: 256,
  memoryValueBytes: 64 * 1024,
  memoriesPerPrincipal: 1_000,
} as const
