import type { ApprovalPolicy, RunnableTask } from '../runtimes/runtime.ts'

/** What every command may know of its surroundings. The rest of the worker's environment, tokens above all, is not its business. */
const allowed =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|TMPDIR|XDG_[A-Z_]+|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS)$/

/** A longer text than this the kernel does not take in one variable; the prompt is on standard input in any case. */
const variableBytes = 96 * 1024

type Variables = Record<string, string>

export interface CommandEnvironmentOptions {
  environment: Readonly<Record<string, string | undefined>>
  /** Further names that pass. */
  pass: readonly string[]
  task: RunnableTask
  approve: ApprovalPolicy
  /** Where the files are by which the command and the worker talk. */
  exchange: Variables
}

/** The variable by which the processes of a run are known: what inherits it belongs to the run. */
export const runVariable = 'CODETETHER_RUN_ID'

export function commandEnvironment({
  environment,
  pass,
  task,
  approve,
  exchange,
}: CommandEnvironmentOptions): Variables {
  const passed = Object.entries(environment).filter(([name]) => allowed.test(name) || pass.includes(name))
  return onlyGiven({
    ...Object.fromEntries(passed),
    ...taskVariables(task),
    ...exchange,
    CODETETHER_AUTO_APPROVE: approve,
  })
}

const taskVariables = (task: RunnableTask) => ({
  CODETETHER_TASK_ID: task.task_id,
  CODETETHER_ATTEMPT: String(task.attempt),
  CODETETHER_TITLE: task.title,
  CODETETHER_AGENT_TYPE: task.agent_type,
  CODETETHER_AGENT_NAME: task.target_agent_name,
  CODETETHER_PRIORITY: String(task.priority),
  CODETETHER_CODEBASE_ID: task.codebase_id,
  CODETETHER_MODEL: task.model,
  CODETETHER_SESSION_ID: task.session_id,
  CODETETHER_DEADLINE: task.deadline_at,
  CODETETHER_METADATA: task.metadata && JSON.stringify(task.metadata),
  CODETETHER_PROMPT: task.prompt,
})

const onlyGiven = (variables: Record<string, string | null | undefined>): Variables =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      typeof value === 'string' && Buffer.byteLength(value) <= variableBytes ? [[name, value]] : [],
    ),
  )
