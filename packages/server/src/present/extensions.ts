import { resumeUri } from '@codetether/protocol/resume-extension'
import type { Config } from '../config/config.ts'

/** Where this server serves the page that describes the resume extension. */
export const resumePath = '/extensions/resume/v1'

/** The extensions on a card, alike in all versions. None is required, which v1.0 says by leaving it out. */
export const presentExtensions = ({ blockingMs }: Config, base: string) => [
  {
    uri: resumeUri,
    description: 'Numbers the changes of tasks: streams go on after any of them, and GetTask waits for the next one.',
    params: { documentation: `${base}${resumePath}`, maxWaitMs: blockingMs },
  },
]
