/** What a task of the fault rig does, and what it puts out: each line of a shell says which attempt wrote it. */
export interface Assignment {
  /** Its idempotency key. */
  key: string
  kind: 'echo' | 'shell'
  prompt: string
}

const lineCount = 16

/** Some lines at once and then a pause, so that output comes in many reports and faults find the command at work. */
const script = `i=1
while [ $i -le ${lineCount} ]; do
  echo "$CODETETHER_ATTEMPT:$i"; [ $((i % 4)) = 0 ] && sleep 0.2; i=$((i + 1))
done
exit 0`

/** Every twelfth is a real command. */
export const assignmentOf = (n: number): Assignment => {
  const key = `assignment-${n}`
  return n % 12 === 0 ? { key, kind: 'shell', prompt: script } : { key, kind: 'echo', prompt: `echo ${n}` }
}

/** All that an attempt puts out if nothing happens to it. */
export const outputOf = ({ kind, prompt }: Assignment, attempt: number): string =>
  kind === 'echo' ? prompt : Array.from({ length: lineCount }, (_, n) => `${attempt}:${n + 1}\n`).join('')
