import type { Agent } from '@codetether/agents/define-agent'
import type { Config } from '../config/config.ts'
import type { CardSubject } from './card-subject.ts'

/** What everybody may know of it: of the skills only those that A2A_PUBLIC_SKILLS names, if it names any. */
export const toPublic = ({ agent: { publicSkills } }: Config, subject: CardSubject): CardSubject =>
  publicSkills ? { ...subject, skills: subject.skills.filter(({ id }) => publicSkills.includes(id)) } : subject

/** The agents of which everybody may know: those with a public skill. Of others not even the extensions are shown. */
export const publicAgents = ({ agent: { publicSkills } }: Config, agents: readonly Agent[]): readonly Agent[] =>
  publicSkills ? agents.filter(({ skills }) => skills.some(({ id }) => publicSkills.includes(id))) : agents
