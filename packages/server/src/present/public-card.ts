import type { Config } from '../config/config.ts'

/** The card for everybody: of the skills only those that A2A_PUBLIC_SKILLS names, if it names any. */
export const toPublicCard = <Card extends { skills: { id: string }[] }>(
  { agent: { publicSkills } }: Config,
  card: Card,
): Card => (publicSkills ? { ...card, skills: card.skills.filter(({ id }) => publicSkills.includes(id)) } : card)
