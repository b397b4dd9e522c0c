/** Longer names are none: "Taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahu" has 85. */
const placeChars = 100

/** Letters in any script, with what stands inside names: "St. John's", "Aix-en-Provence", "Washington, D.C.". */
const nameLike = /^\p{L}[\p{L}\p{M}.,'’ -]*$/u

/** Lower-case words inside names of places: "Rio de Janeiro", "Isle of Man", "Frankfurt am Main". */
const connectors = new Set(
  'al am an and by da das de del der des di do dos du e el en i im la le les of on sur the und upon y'.split(' '),
)

/** Words that tie a phrase to something else, and those that are no place alone: "the test suite", "each city". */
const ties = new Set(
  `a an and any all are as at be by each every for from here his how i if in into is it its like main my no not of on or our
  some that the their them there these they this those to us via we when where which with without you your`.split(
    /\s+/,
  ),
)

/** What has a weather in a coding prompt: parts of programs, and the stages where they run. */
const softwareWords = new Set(
  `agent agents android api app apps application applications backend button cache card chart ci class cli client code
  codebase component components config css custom dark dashboard data database debug demo desktop dev development docs
  endpoint endpoints error errors feature file files firebase footer frontend function git github go graphql header home
  homepage html icon icons input ios java javascript json kotlin kubernetes layout light linux list logs macos map
  markdown mobile mock mode module modules navbar node page pages parser plugin postgres prod production project python
  queue react readme release repo repository response route routes rust schema screen script sdk server service services
  settings sidebar sql staging storm svelte swift table template test testing tests text tooltip typescript ui unit user
  users view vue weather web webapp website widget widgets windows worker workers yaml`.split(/\s+/),
)

const startsCapital = (word: string): boolean => !/^[\p{Ll}]/u.test(word)

/**
 * Is this the name of a place? Words with capitals or without case (東京), perhaps tied as names are ("Isle of Man"), or
 * up to three words in small letters that tie to nothing ("new york"). None of them is a word of software.
 */
export const isPlace = (name: string): boolean => {
  if (name.length > placeChars || !nameLike.test(name)) return false
  const words = name.split(/[\s,]+/).filter(word => word !== '')
  if (words.length > 6 || words.some(word => softwareWords.has(word.toLowerCase()))) return false
  const last = words.at(-1) ?? ''
  if (words.some(word => startsCapital(word) && !ties.has(word.toLowerCase())))
    return startsCapital(last) && words.every(word => startsCapital(word) || connectors.has(word))
  return words.length <= 3 && words.every(word => !ties.has(word))
}
