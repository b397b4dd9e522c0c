import { textOf } from '@codetether/protocol/message'
import { defineAgent } from '../define-agent.ts'
import { sampleWeather } from './sample-weather.ts'
import { acceptsWeather, readPlace } from './weather-request.ts'

const question = 'Which place? Name one, such as "San Francisco". I answer with sample data, for no particular day.'

const report = (place: string): string => {
  const { temperature, sky, humidity, wind } = sampleWeather(place)
  return (
    `Weather for ${place} (sample data, not a forecast): ${temperature} °C, ${sky}. ` +
    `Humidity: ${humidity}%. Wind: ${wind} km/h.`
  )
}

/**
 * Shows what a conversation with an agent looks like: it asks for the place if the message names none. The weather is
 * made up, the same for a place at any time, and the answer says so. See `acceptsWeather` for what it accepts.
 */
export const weatherAgent = defineAgent({
  name: 'Weather',
  description: 'Answers with sample weather for a place: made-up data for demonstrations, not a forecast.',
  skills: [
    {
      id: 'weather',
      name: 'Weather Samples',
      description:
        'Makes up a temperature, sky, humidity and wind that are always the same for a place. Not a forecast.',
      tags: ['weather', 'sample', 'demo'],
      examples: ['weather in San Francisco', 'What is the weather in New York?', 'How is the weather in Paris today?'],
    },
  ],
  // The answer to the question is a place by itself: every run computes from its own message.
  pure: true,
  accepts: acceptsWeather,
  handle: (message, ctx) => {
    const place = readPlace(textOf(message.parts))
    return place === null ? ctx.ask(question) : ctx.reply(report(place))
  },
})
