import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInAgents } from './built-in.ts'
import { answerTo } from './testing/recording-context.ts'

const promptsForOthers = [
  'Add unit tests',
  'Add 3 tests for the parser',
  'add 2 and 2 more examples to the README',
  'Analyze this codebase',
  'Analyze the codebase structure',
  'Generate a report',
  'Fix issue #42 by Friday',
  'Fix #12 and #13',
  'Divide the module into 3 files',
  'divide the work into 3 parts',
  'Split server.ts into 2 files of 200 lines',
  'Square away the types in 2 places',
  'square the corners',
  'Subtract the padding from the width',
  'Multiply the timeout by 2',
  'Calculate the total of the invoice in src/billing.ts',
  'Calculate 2 + 2 in the new module and log it',
  'Compute the checksum of dist/app.js',
  'Evaluate the options for caching',
  'What is 2 factor auth?',
  'What is the difference between let and const?',
  "What's 404?",
  'How much is left to do?',
  'bump version 1.2.3 - 4',
  '1.2.3 -> 1.3.0',
  'v2.0.0',
  '2024-12-15',
  '10:30 - 11:45',
  '192.168.0.1/24',
  'Please fix line 3 - 5',
  'Lines 10-20 need a comment',
  '- 5 items',
  '1. fix the build\n2. add tests',
  'node --test 2>&1',
  'Rename x to y',
  'x',
  'plus',
  'Power up the test suite',
  'Use sqrt instead of ** 0.5',
  'address 8 * 9',
  'Replace setTimeout(1000 * 60) with a constant',
  'Remember to run the tests',
  'Remember that main is protected',
  'remember the review comments as you go',
  'store the results in a file as json',
  'Store passwords as hashes',
  'Store timestamps as UTC in the database',
  'store the session in a cookie as base64',
  'store config as yaml',
  'Store user IDs as strings',
  'save the file as index.ts',
  'save it as a draft',
  'Save results as csv',
  'get the logs',
  'get the failing test to pass',
  'get started',
  'Get rid of lodash',
  'retrieve the latest commit',
  'retrieve users from the database',
  'retrieve logs',
  'recall the last migration',
  'delete all TODO comments',
  'delete src/foo.ts',
  'delete node_modules',
  'remove dead code',
  'remove lodash',
  'Remove unused imports',
  'forget it',
  'forget about the previous approach',
  'list files',
  'list',
  'list all open pull requests',
  'List keys of the config object',
  'show me the diff',
  'show git status',
  'Show the API keys page only to admins',
  'memory leak in the worker',
  'Memory usage grows, find out why',
  'memory: profile the parser',
  'Memory get method is slow',
  'echo "hello" > out.txt',
  'Refactor the auth middleware to use async/await',
  'Why does the build fail on Node 24?',
  'Upgrade React 18 to 19',
  'Run npm test and fix what fails',
  'Write a function that adds 2 numbers',
  'Implement add(a, b) and subtract(a, b)',
  'Set MAX_RETRIES = 3 * 2',
  'Translate the docs to German',
  'Merge branch feature/x into main',
  'git rebase -i HEAD~3',
  'Analyze the logs',
  'Analyze this text file',
  'analyze text files in src',
  'Analyze the text rendering code',
  'Analyze the following text rendering bug: letters overlap',
  'analyze the text of the error and fix it',
  'Analyze this text: README.md',
  'analyze the text: https://example.com/post',
  'analyze the text "Save" on the button',
  'Analyze "src/app.ts"',
  'analyze: the build is slow',
  'analysis: why is CI red?',
  'Run a text analysis on the issues',
  'text analysis',
  'Text analysis:',
  'text analysis service times out',
  'Count words in README.md',
  'count words in "docs/a2a.md"',
  'count the words in each file',
  'count characters in the "name" field',
  'count words in "a" and in "b"',
  'count words',
  'Count the lines of code in this repo',
  'How many words are in the README?',
  'Word count is wrong, fix it',
  'Split the text into sentences',
  'Add a weather widget',
  'weather the storm of failing tests',
  'fix the weather service',
  'Fix the weather in the header',
  'weather',
  'Weather API',
  'weather for the dashboard',
  'weather for mobile',
  'weather in production',
  'weather in src/app.ts',
  'weather in the test suite',
  'Weather for Android App',
  'weather widget for Paris',
  'Add weather for San Francisco to the seeds',
  'Show the weather in the sidebar',
  'show weather in sidebar',
  'what is the weather in this fixture?',
  "What's the weather like?",
  'What is the weather in Paris tomorrow?',
  'What is the weather in Paris and how do I mock it?',
  'How is the weather in New York computed?',
  'How is the weather data for Berlin cached?',
  'get weather for each city',
  'check the weather in our tests',
  'Is the weather in Paris cached?',
  'weather in Paris\nand add a test',
  'Implement a getWeather(city) function',
  'Weather for users',
  'weather in 3 cities',
  'Hello',
  'thanks!',
  '👍',
  '',
]

for (const prompt of promptsForOthers) {
  test(`${JSON.stringify(prompt)} is no built-in agent's without a target`, () => {
    assert.deepEqual(
      builtInAgents.filter(agent => agent.accepts(prompt)).map(agent => agent.name),
      [],
    )
  })
}

test('the built-in agents are named and have the skills that clients know', () => {
  assert.deepEqual(
    builtInAgents.map(agent => [agent.name, agent.pure, ...agent.skills.map(skill => `${skill.id}: ${skill.name}`)]),
    [
      ['Calculator', true, 'calculator: Mathematical Calculator'],
      ['Memory', false, 'memory: Memory Management'],
      ['Analysis', true, 'analysis: Text Analysis'],
      ['Weather', true, 'weather: Weather Samples'],
      ['Echo', true, 'echo: Echo'],
    ],
  )
})

test('the examples of a skill are accepted by its agent and by no agent before it', () => {
  for (const agent of builtInAgents.filter(({ name }) => name !== 'Echo'))
    for (const example of agent.skills.flatMap(skill => skill.examples ?? []))
      assert.equal(
        builtInAgents.find(candidate => candidate.accepts(example)),
        agent,
        example,
      )
})

/** A small deterministic generator (mulberry32): the same texts in every run. */
const randomNumbers = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const calculatorPieces =
  '0 1 2 9 12 1,000 0.5 .5 1e9 1e-300 9e300 + - * / ^ ** % ( ) ( ) , × ÷ √ ² = ? x sqrt square root of add and by from to the power'
const memoryPieces =
  'store remember save retrieve get delete list keys memory as as as \' " “ ” ‘ ’ k user_name . ! @ \\ / a ü 🎉'
const otherPieces =
  'analyze analyse text this the following : " “ ” count words sentences in of how many weather for what is Paris new York today now ? . ! , the'

const randomText = (random: (below: number) => number, pieces: string[], chars: number): string => {
  const separators = ['', '', ' ', ' ', '   ', '\n']
  let text = ''
  while (text.length < chars) text += `${pieces[random(pieces.length)]}${separators[random(separators.length)]}`
  return text.slice(0, chars)
}

const assertQuick = async (text: string): Promise<void> => {
  for (const agent of builtInAgents) {
    const start = process.cpuUsage()
    agent.accepts(text)
    const reply = await answerTo(agent, text)
    const { user, system } = process.cpuUsage(start)
    const label = `${agent.name}: ${text.slice(0, 80)}`
    assert.ok((user + system) / 1000 < 50, `${(user + system) / 1000} ms for ${label}`)
    if (agent.name === 'Calculator') assert.doesNotMatch(reply, /Infinity|NaN|undefined/, label)
  }
}

test('random texts of the grammars are answered within 50 ms each', async () => {
  const random = randomNumbers(20_240_101)
  const vocabularies = [
    calculatorPieces.split(' '),
    memoryPieces.split(' '),
    otherPieces.split(' '),
    `${calculatorPieces} ${memoryPieces} ${otherPieces}`.split(' '),
  ]
  await assertQuick('1 + 1')
  for (const pieces of vocabularies)
    for (const chars of [3, 5, 8, 13, 30, 100, 499, 2_000, 10_000])
      for (let run = 0; run < (chars < 100 ? 300 : 30); run += 1) await assertQuick(randomText(random, pieces, chars))
})

test('texts made to be expensive are answered within 50 ms each', async () => {
  const fill = (piece: string, chars = 500) => piece.repeat(Math.floor(chars / piece.length))
  const texts = [
    `${'('.repeat(5_000)}1${')'.repeat(5_000)}`,
    `${'('.repeat(240)}1${')'.repeat(240)}`,
    '('.repeat(10_000),
    '-'.repeat(10_000),
    '2^2^2^2^2^2',
    `1${fill('^1', 490)}`,
    `0.9999999${fill('^0.9', 490)}`,
    `1${fill('+(2/3)^600', 490)}`,
    `1${fill('*sqrt(2)', 490)}`,
    `1${fill('/sqrt(3)', 490)}`,
    `1${fill('+1/7.77', 490)}`,
    `1${fill('%1.01^9999', 490)}`,
    `1.0000001^999999${fill('*1.0000001^999999', 480)}`,
    `(1/${'7'.repeat(200)})^1.5 + ${'9'.repeat(200)}/${'3'.repeat(80)}`,
    '9'.repeat(10_000),
    `${'1'.repeat(499)}+1`,
    `1+${'?'.repeat(490)}x`,
    `${' '.repeat(10_000)}x`,
    `store ${fill(' as', 9_900)} 'k`,
    `store ${fill("' as 'a", 9_900)}`,
    `retrieve ${fill('! ', 9_900)}x`,
    `store ${fill('.a', 9_900)} as k`,
    `store ${fill('as', 9_900)} as k`,
    `list ${fill('keys ', 9_900)}`,
    `analyze${' '.repeat(9_900)}text`,
    `analyze text "${fill('" "', 9_900)}`,
    `count ${fill('words, ', 9_900)}`,
    `weather in ${fill('a ', 9_900)}`,
    `weather in ${fill('now ', 180)}`,
    `weather${' '.repeat(180)}x`,
    `weather in A${fill(', ', 180)}1`,
  ]
  for (const text of texts) await assertQuick(text)
})
