import { after, before, describe, test } from 'node:test'
import { doors, rpcDoor } from '../doors/doors.ts'
import { checksWithRequirements } from './specifications.ts'
import { openSubject, type Subject, through } from './subject.ts'

describe('A2A', () => {
  let subject: Subject
  before(async () => {
    subject = await openSubject()
  })
  after(() => subject[Symbol.asyncDispose]())

  for (const [{ title, everywhere, show }, requirements] of checksWithRequirements())
    for (const door of everywhere ? doors : [rpcDoor])
      test(`${title}${everywhere ? `, over ${door.name}` : ''} (${requirements.join(', ')})`, () =>
        show(through(door, subject)))
})
