import { createHash } from 'node:crypto'

export interface SampleWeather {
  /** °C */
  temperature: number
  sky: string
  /** Percent. */
  humidity: number
  /** km/h */
  wind: number
}

const skies = ['clear', 'partly cloudy', 'cloudy', 'foggy', 'windy']
const wetSkies = ['light rain', 'rain', 'thunderstorms']
const frostySkies = ['light snow', 'snow']

/** Spelling does not make it another place: case, width, accents written in two ways, and white space. */
const normalized = (place: string): string => place.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ')

/** An invented weather that is always the same for a place, everywhere and at any time. */
export const sampleWeather = (place: string): SampleWeather => {
  const hash = createHash('sha256').update(normalized(place)).digest()
  const pick = (index: number, below: number): number => hash.readUInt32BE(index * 4) % below
  const temperature = pick(0, 41) - 8
  const possible = [...skies, ...(temperature > 1 ? wetSkies : frostySkies)]
  const sky = possible[pick(1, possible.length)] ?? 'clear'
  const isWindy = sky === 'windy' || sky === 'thunderstorms'
  const isDamp = sky === 'foggy' || wetSkies.includes(sky)
  return {
    temperature,
    sky,
    humidity: isDamp ? 70 + pick(2, 29) : 25 + pick(2, 50),
    wind: isWindy ? 35 + pick(3, 30) : pick(3, 30),
  }
}
