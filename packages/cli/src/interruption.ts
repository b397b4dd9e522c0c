/** Somebody asked the program to stop: the reason with which its signal is aborted. */
export class Interruption extends Error {
  override name = 'Interruption'
  readonly exitCode: number

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? 'interrupted' : 'terminated')
    this.exitCode = signal === 'SIGINT' ? 130 : 143
  }
}

/** Nobody reads standard output any more, as in `codetether task list | head -1`. */
export class OutputClosed extends Error {
  override name = 'OutputClosed'
}

/** The time limit that the person set with --timeout has passed. */
export class TimeLimitReached extends Error {
  override name = 'TimeLimitReached'
}
