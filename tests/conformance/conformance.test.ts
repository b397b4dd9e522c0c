import { after, before, describe, test } from 'node:test'
import { checksWithRequirements } from './specifications.ts'
import { openSubject, type Subject } from './subject.ts'

describe('A2A', () => {
  let subject: Subject
  before(async () => {
    subject = await openSubject()
  })
  after(() => subject[Symbol.asyncDispose]())

  for (const [{ title, show }, requirements] of checksWithRequirements())
    test(`${title} (${requirements.join(', ')})`, () => show(subject))
})
