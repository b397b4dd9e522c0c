/** What `codetether worker` takes from the environment, as it stands there. */
export interface WorkerEnvironment {
  /** CODETETHER_WORKER_NAME, or A2A_WORKER_NAME. */
  name: string | undefined
  /** CODETETHER_WORKER_ID, or A2A_WORKER_ID. */
  workerId: string | undefined
  /** CODETETHER_CODEBASES, or A2A_CODEBASES. */
  codebases: string | undefined
  /** CODETETHER_WORKER_CLONES. */
  clones: string | undefined
  /** CODETETHER_WORKER_ROOTS. */
  roots: string | undefined
  /** CODETETHER_AUTO_APPROVE, or A2A_AUTO_APPROVE. */
  autoApprove: string | undefined
  /** CODETETHER_WORKER_CAPABILITIES. */
  capabilities: string | undefined
  /** CODETETHER_WORKER_MODELS. */
  models: string | undefined
  /** CODETETHER_WORKER_COMMAND. */
  command: string | undefined
  /** CODETETHER_WORKER_PASS_ENV. */
  passEnv: string | undefined
  /** CODETETHER_WORKER_DATA_DIR. */
  dataDir: string | undefined
}

type Given = (...names: string[]) => string | undefined

export const readWorkerEnvironment = (given: Given): WorkerEnvironment => ({
  name: given('CODETETHER_WORKER_NAME', 'A2A_WORKER_NAME'),
  workerId: given('CODETETHER_WORKER_ID', 'A2A_WORKER_ID'),
  codebases: given('CODETETHER_CODEBASES', 'A2A_CODEBASES'),
  clones: given('CODETETHER_WORKER_CLONES'),
  roots: given('CODETETHER_WORKER_ROOTS'),
  autoApprove: given('CODETETHER_AUTO_APPROVE', 'A2A_AUTO_APPROVE'),
  capabilities: given('CODETETHER_WORKER_CAPABILITIES'),
  models: given('CODETETHER_WORKER_MODELS'),
  command: given('CODETETHER_WORKER_COMMAND'),
  passEnv: given('CODETETHER_WORKER_PASS_ENV'),
  dataDir: given('CODETETHER_WORKER_DATA_DIR'),
})
