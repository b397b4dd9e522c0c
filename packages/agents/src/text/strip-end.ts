/** The text without the given characters at its end. Linear, which `/[…]+$/` is not. */
export const stripEnd = (text: string, characters: string): string => {
  let end = text.length
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}
