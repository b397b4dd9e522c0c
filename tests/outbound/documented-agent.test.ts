import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startPlatform } from '../platform.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The example of the page whose code has this text. */
const exampleWith = async (text: string): Promise<string> => {
  const page = await readFile(join(root, 'docs/agents.md'), 'utf8')
  const found = [...page.matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, code = '']) => code)
    .find(code => code.includes(text))
  assert.ok(found !== undefined, 'docs/agents.md has no such example')
  return found
}

test('the agent of the page on agents asks another one, and passes on its questions and answers', async () => {
  const directory = await mkdtemp(join(root, 'tests/.documented-'))
  try {
    const file = join(directory, 'second-opinion.ts')
    await writeFile(file, await exampleWith('ctx.sendTo'))
    const { secondOpinion } = await import(pathToFileURL(file).href)
    await using peer = await startPlatform()
    const env = { A2A_OUTBOUND_ALLOW: '127.0.0.1' }
    await using platform = await startPlatform({ agents: [secondOpinion(`${peer.url}/agents/weather`)], env })
    const say = async (text: string, taskId?: string) => {
      const metadata = { agent: 'Second opinion' }
      const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], metadata, taskId }
      const { result } = await platform.rpc('SendMessage', { message })
      return result.task
    }
    const asked = await say('weather')
    assert.equal(asked.status.state, 'TASK_STATE_INPUT_REQUIRED')
    const answered = await say('Paris', asked.id)
    assert.equal(answered.status.state, 'TASK_STATE_COMPLETED')
    assert.match(answered.status.message.parts[0].text, /^They say: .*Paris/)
  } finally {
    await rm(directory, { recursive: true })
  }
})
