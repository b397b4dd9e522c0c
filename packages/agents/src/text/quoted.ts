/** A word or sentence as written, and whether it stood in quotation marks. */
export interface Quotable {
  text: string
  quoted: boolean
}

const pairs = ["''", '""', '‘’', '“”', '„“', '«»']

/** Takes off quotation marks that enclose the whole text; the marks of `'a' and 'b'` belong to its parts and stay. */
export const unquote = (text: string): Quotable => {
  const inner = text.slice(1, -1)
  const enclosed = pairs.some(
    ([open, close]) =>
      text.length >= 2 &&
      text.startsWith(`${open}`) &&
      text.endsWith(`${close}`) &&
      !inner.includes(`${close} `) &&
      !inner.includes(` ${open}`),
  )
  return enclosed ? { text: inner, quoted: true } : { text, quoted: false }
}

/** Does the text hold a quotation mark, such as half of a pair? */
export const hasQuotationMark = (text: string): boolean => /['"‘’“”„«»]/.test(text)
