import type { DeadLetter } from '@codetether/protocol/dead-letters'
import type { DeadLetter as DeadLetterRow } from '../store/push-dead-letters.ts'

const hostOf = (url: string): string => URL.parse(url)?.host ?? ''

/** A dead letter as its owner may see it. */
export const presentDeadLetter = ({
  taskId,
  configId,
  seq,
  url,
  reason,
  attempts,
  at,
  retrying,
}: DeadLetterRow): DeadLetter => ({
  taskId,
  configId,
  seq,
  host: hostOf(url),
  reason,
  attempts,
  givenUpAt: at.toISOString(),
  retrying,
})
