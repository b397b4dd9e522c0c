import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleWeather } from './sample-weather.ts'

test('samples are possible weathers: no snow in the heat, no rain in the frost', () => {
  const skies = new Set<string>()
  for (let place = 0; place < 2_000; place += 1) {
    const { temperature, sky, humidity, wind } = sampleWeather(`place ${place}`)
    skies.add(sky)
    assert.ok(temperature >= -8 && temperature <= 32)
    assert.ok(humidity >= 25 && humidity <= 98)
    assert.ok(wind >= 0 && wind < 65)
    assert.equal(/snow/.test(sky) && temperature > 1, false)
    assert.equal(/rain|thunder/.test(sky) && temperature <= 1, false)
  }
  assert.equal(skies.size, 10)
})
