import type { Runtime } from './runtime.ts'

/** Answers with the prompt: shows that work arrives, without doing any. */
export const echoRuntime: Runtime = {
  name: 'echo',
  async run({ prompt }, { io }) {
    await io.output('agent', prompt)
    return { status: 'completed', result: prompt }
  },
}
