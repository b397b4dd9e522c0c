import type { StreamEvent, Task, TaskArtifactUpdateEvent, TaskStatusUpdateEvent } from '@codetether/protocol/v03/wire'
import { harmless } from './output.ts'
import { answerText, artifactsText, partsText } from './task-text.ts'

/** One event in two parts: what the agent answers, and what is said about the task. */
export interface Printed {
  answer: string
  remark: string | undefined
}

/** Texts of artifacts that are kept to recognize their repetition, in UTF-16 units. A stream may be endless. */
const keptChars = 4 * 1024 * 1024

/** Turns the events of one task into text for a person, in order. Chunks of an artifact are joined without line breaks. */
export class EventPrinter {
  /** Text of each artifact so far: a last message that repeats one is not printed again. */
  readonly #artifacts = new Map<string, string>()
  #artifactChars = 0
  #current: string | undefined
  #isLineOpen = false

  print(event: StreamEvent): Printed {
    if (event.kind === 'artifact-update') return { answer: this.#artifact(event), remark: undefined }
    if (event.kind === 'message') return { answer: this.#lines(partsText(event.parts)), remark: undefined }
    return event.kind === 'task' ? this.#task(event) : this.#status(event)
  }

  /** Ends a line that is still open. */
  end(): string {
    const end = this.#isLineOpen ? '\n' : ''
    this.#isLineOpen = false
    this.#current = undefined
    return end
  }

  #artifact({ artifact, append }: TaskArtifactUpdateEvent): string {
    const { artifactId } = artifact
    const chunk = harmless(partsText(artifact.parts))
    const goesOn = append === true && this.#current === artifactId
    const before = goesOn ? '' : this.end()
    this.#keep(artifactId, (append === true ? (this.#artifacts.get(artifactId) ?? '') : '') + chunk)
    this.#current = artifactId
    if (chunk !== '') this.#isLineOpen = !chunk.endsWith('\n')
    return before + chunk
  }

  #keep(artifactId: string, text: string): void {
    this.#artifactChars += text.length - (this.#artifacts.get(artifactId)?.length ?? 0)
    this.#artifacts.set(artifactId, text)
    if (this.#artifactChars <= keptChars) return
    this.#artifacts.clear()
    this.#artifactChars = 0
  }

  #task(task: Task): Printed {
    const { state, message } = task.status
    const progress = isProgress(state) ? harmless(partsText(message?.parts ?? [])) : ''
    const remark = `task ${task.id}: ${state}${progress === '' ? '' : `: ${progress}`}`
    for (const { artifactId, parts } of task.artifacts ?? []) this.#keep(artifactId, harmless(partsText(parts)))
    const answer = isProgress(state) ? artifactsText(task) : answerText(task)
    return { answer: this.end() + ending(harmless(answer)), remark }
  }

  #status({ status }: TaskStatusUpdateEvent): Printed {
    const text = harmless(partsText(status.message?.parts ?? []))
    if (isProgress(status.state)) return { answer: '', remark: text === '' ? status.state : `${status.state}: ${text}` }
    const isRepeated = [...this.#artifacts.values()].includes(text)
    return { answer: isRepeated ? this.end() : this.#lines(text), remark: status.state }
  }

  #lines(text: string): string {
    return this.end() + ending(harmless(text))
  }
}

/** What the agent says in these states tells how far it is; it is no answer. */
const isProgress = (state: string): boolean => state === 'working' || state === 'submitted'

const ending = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
