import type { AgentExtension } from '@codetether/agents/define-agent'
import { resumeUri } from '@codetether/protocol/resume-extension'
import type { Config } from '../config/config.ts'
import type { CardSubject } from './card-subject.ts'

/** Where this server serves the page that describes the resume extension. */
export const resumePath = '/extensions/resume/v1'

/** The extensions on a card: the platform's own, which is never required, and those of the subject. */
export const presentExtensions = (
  { blockingMs }: Config,
  { extensions }: CardSubject,
  base: string,
): AgentExtension[] => [
  {
    uri: resumeUri,
    description: 'Numbers the changes of tasks: streams go on after any of them, and GetTask waits for the next one.',
    params: { documentation: `${base}${resumePath}`, maxWaitMs: blockingMs },
  },
  ...extensions,
]
