const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** What terminals draw two columns wide: East Asian scripts and pictures. */
const wide =
  /\p{Extended_Pictographic}|\p{Regional_Indicator}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

const widthOf = (grapheme: string): number => (wide.test(grapheme) ? 2 : 1)

/** Columns that a line without control characters takes on a terminal. */
export const textWidth = (text: string): number => {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment)
  return width
}

/** The beginning of a line that fits into `columns`, with a sign where something is missing. */
export const shorten = (text: string, columns: number): string => {
  if (textWidth(text) <= columns) return text
  let kept = ''
  let width = 1
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment)
    if (width > columns) break
    kept += segment
  }
  return `${kept}…`
}

export const padTo = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - textWidth(text)))
