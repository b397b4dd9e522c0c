import assert from 'node:assert/strict'
import { test } from 'node:test'
import { questionAfter, replyTo } from '../testing/recording-context.ts'
import { weatherAgent } from './weather-agent.ts'

const shape =
  /^Weather for (.+) \(sample data, not a forecast\): -?\d+ °C, [a-z ]+\. Humidity: \d+%\. Wind: \d+ km\/h\.$/

const placeOf = async (text: string): Promise<string | undefined> =>
  shape.exec(await replyTo(weatherAgent, text))?.[1] ?? undefined

const accepted: Record<string, string> = {
  'weather in San Francisco': 'San Francisco',
  'Weather for New York': 'New York',
  'weather in new york': 'new york',
  'weather for paris?': 'paris',
  'What is the weather in San Francisco?': 'San Francisco',
  "what's the weather in San Francisco": 'San Francisco',
  'What’s the weather like in Rio de Janeiro right now?': 'Rio de Janeiro',
  'How is the weather in Paris today?': 'Paris',
  'how is the weather today in Frankfurt am Main?': 'Frankfurt am Main',
  'Please show me the weather for The Hague!': 'The Hague',
  'Get weather for Washington, D.C.': 'Washington, D.C.',
  "current weather in St. John's": "St. John's",
  'weather in Aix-en-Provence, please': 'Aix-en-Provence',
  'weather in Isle of Man': 'Isle of Man',
  'weather in 東京': '東京',
  'weather in İstanbul': 'İstanbul',
}

for (const [text, place] of Object.entries(accepted)) {
  test(`${JSON.stringify(text)} is the Weather agent's without a target, for ${place}`, async () => {
    assert.equal(weatherAgent.accepts(text), true)
    assert.equal(await placeOf(text), place)
  })
}

for (const [text, place] of Object.entries({
  'San Francisco': 'San Francisco',
  'weather: Paris.': 'Paris',
  'weather Oslo': 'Oslo',
})) {
  test(`${JSON.stringify(text)} is the Weather agent's only with a target`, async () => {
    assert.equal(weatherAgent.accepts(text), false)
    assert.equal(await placeOf(text), place)
  })
}

test('a place has the same weather in every spelling, and other places have another', async () => {
  const weatherOf = async (place: string) => (await replyTo(weatherAgent, `weather in ${place}`)).replace(place, '')
  const [first, ...others] = await Promise.all(['San Francisco', 'san francisco', 'San  FRANCISCO'].map(weatherOf))
  assert.deepEqual(others, [first, first])
  assert.equal(await weatherOf('Zu\u0308rich'), await weatherOf('Z\u00fcrich'))
  const different = await Promise.all(['Oslo', 'Rome', 'Lima', 'Cairo', 'Tokyo', 'Quito', 'Perth'].map(weatherOf))
  assert.equal(new Set(different).size, different.length)
})

test('the weather of a place is the same in every version', async () => {
  assert.equal(
    await replyTo(weatherAgent, 'weather in San Francisco'),
    'Weather for San Francisco (sample data, not a forecast): 30 °C, windy. Humidity: 30%. Wind: 50 km/h.',
  )
})

test('a message without a place is answered with a question for one', async () => {
  const texts = [
    '',
    'weather',
    'weather in',
    'weather in the sidebar',
    'Add a weather widget',
    'Paris tomorrow',
    'a\nb',
  ]
  for (const text of [...texts, 'What is the weather in Paris next week?', `weather in ${'x'.repeat(200)}`])
    assert.match(await questionAfter(weatherAgent, text), /^Which place\?/, text)
})

test('a reply never repeats characters that steer a terminal or a page', async () => {
  for (const text of ['weather in \u001b[31mParis', 'weather in <b>Paris</b>', 'weather in Paris\u202e'])
    assert.match(await questionAfter(weatherAgent, text), /^Which place\?/, text)
})
